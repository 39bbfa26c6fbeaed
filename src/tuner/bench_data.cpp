#include "tuner/bench_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/error.h"
#include "base/random.h"
#include "kernels/sparsity.h"
#include "kernels/winograd_weights.h"

namespace rt3d::tuner {
namespace {

using kernels::Dims5;
using kernels::Placement;

constexpr std::size_t kPattern = 65521;  // a prime: rows of a matrix start at different places of the pattern
constexpr std::uint64_t kPatternSeed = 2021;  // of the zeros of sparse weights
constexpr int kSamples = 200;
// Of the largest reference value: sums of many terms in single precision, the same with weights in half, and sums in half.
constexpr double kTolerance = 2e-4, kHalfWeightsTolerance = 2e-3, kHalfTolerance = 1e-2;
constexpr unsigned char kGuardByte = 0xa5;

// Values of magnitude 1/4 to 1 and either sign, repeating: large weights must be made quickly.
std::vector<float> make_pattern() {
  Random random(20210202);
  std::vector<float> values(kPattern);
  for (float& x : values) x = random.uniform(0.25f, 1.0f) * ((random.bits() & 1) != 0 ? 1.0f : -1.0f);
  return values;
}

// Where operand i begins in the pattern.
std::size_t pattern_start(std::size_t operand) { return operand * 7919 % kPattern; }

// The next values of the pattern, of which `at` is the first.
void copy_pattern(const std::vector<float>& pattern, std::size_t at, std::span<float> out) {
  for (std::size_t done = 0; done < out.size(); at = 0) {
    const std::size_t count = std::min(pattern.size() - at, out.size() - done);
    std::copy_n(pattern.begin() + static_cast<std::ptrdiff_t>(at), count,
                out.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
}

Tensor make_values(const std::vector<float>& pattern, const TensorDesc& desc, std::size_t operand) {
  Tensor tensor = Tensor::allocate(desc);
  if (desc.dtype == DType::f32)
    copy_pattern(pattern, pattern_start(operand), tensor.mutable_values<float>());
  else if (!tensor.bytes().empty())
    std::memset(tensor.mutable_data(), 0, tensor.bytes().size());
  return tensor;
}

bool has_strides(const Shape& shape) { return shape.rank() >= 2 && shape.rank() <= 5; }

// Where element (n, c, d, h, 0) of a placed tensor lies, counted from element 0.
std::int64_t row_offset(const Placement& p, std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t h) {
  return n * p.n + c / p.block * p.c + c % p.block + d * p.d + h * p.h;
}

// Floats as elements of a type in memory, `step` elements apart, and back.
template <typename Element>
void write_elements(std::span<const float> values, Element* to, std::int64_t step) {
  for (const float value : values) {
    if constexpr (std::is_same_v<Element, float>)
      *to = value;
    else
      *to = float_to_half(value);
    to += step;
  }
}

[[noreturn]] void refuse(DType dtype) {
  fail(Code::unsupported, "floats that lie in memory as ", dtype_name(dtype),
       " cannot be measured with; f32 and f16 can");
}

void write_floats(std::span<const float> values, DType dtype, std::byte* to, std::int64_t step) {
  if (dtype == DType::f32) return write_elements(values, reinterpret_cast<float*>(to), step);
  if (dtype == DType::f16) return write_elements(values, reinterpret_cast<std::uint16_t*>(to), step);
  refuse(dtype);
}

float read_float(DType dtype, const std::byte* at) {
  if (dtype == DType::f32) return *reinterpret_cast<const float*>(at);
  if (dtype == DType::f16) return half_to_float(*reinterpret_cast<const std::uint16_t*>(at));
  refuse(dtype);
}

std::int64_t width_of(DType dtype) { return static_cast<std::int64_t>(dtype_bytes(dtype)); }

// The values of make_values() in another layout, of which `to` is the first element.
void lay_out(const std::vector<float>& pattern, std::size_t operand, const Shape& shape,
             const OperandLayout& layout, std::byte* to) {
  std::size_t at = pattern_start(operand);
  std::vector<float> values;
  const auto write_row = [&](std::int64_t count, std::int64_t offset, std::int64_t step) {
    values.resize(static_cast<std::size_t>(count));
    copy_pattern(pattern, at, values);
    at = (at + values.size()) % pattern.size();
    write_floats(values, layout.dtype, to + offset * width_of(layout.dtype), step);
  };
  if (!has_strides(shape)) return write_row(shape.elements(), 0, 1);
  const Dims5 s(shape);
  const Placement& p = layout.placement;
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t d = 0; d < s.d; ++d)
        for (std::int64_t h = 0; h < s.h; ++h) write_row(s.w, row_offset(p, n, c, d, h), p.block);
}

std::int64_t offset_of(const Shape& shape, const Placement& p, std::int64_t flat) {
  if (!has_strides(shape)) return flat;
  const Dims5 s(shape);
  const std::int64_t w = flat % s.w, h = flat / s.w % s.h, d = flat / (s.w * s.h) % s.d;
  const std::int64_t c = flat / (s.w * s.h * s.d) % s.c, n = flat / (s.w * s.h * s.d * s.c);
  return row_offset(p, n, c, d, h) + w * p.block;
}

std::size_t storage_bytes(const Shape& shape, const OperandLayout& layout) {
  return static_cast<std::size_t>(layout.placement.elements(shape)) * dtype_bytes(layout.dtype);
}

kernels::Place first_element(const GuardedBuffer& storage, const OperandLayout& layout) {
  return storage.place(static_cast<std::size_t>(layout.placement.origin()) * dtype_bytes(layout.dtype));
}

}  // namespace

bool GuardedBuffer::reserve(kernels::Engine& engine, std::size_t bytes) {
  if (bytes <= capacity_ && memory_) return false;
  memory_.reset();  // first, so that old and new are never there together
  memory_ = engine.allocate(bytes + 2 * kGuard);
  space_ = engine.space();
  capacity_ = bytes;
  return true;
}

std::byte* GuardedBuffer::host_address() const {
  return space_ == kernels::Space::host ? static_cast<std::byte*>(memory_->base()) : nullptr;
}

void GuardedBuffer::fill(std::size_t bytes, const std::function<void(std::byte*)>& make) {
  filled_ = bytes;
  std::vector<std::byte> copy;
  std::byte* at = host_address();
  if (!at) {
    copy.resize(bytes + 2 * kGuard);
    at = copy.data();
  }
  std::memset(at, kGuardByte, kGuard);
  make(at + kGuard);
  std::memset(at + kGuard + bytes, kGuardByte, kGuard);
  if (!copy.empty()) memory_->write(0, copy);
}

void GuardedBuffer::fill(std::size_t bytes, unsigned char byte) {
  fill(bytes, [&](std::byte* at) { std::memset(at, byte, bytes); });
}

void GuardedBuffer::look(const std::function<void(const std::byte*)>& see) const {
  if (const std::byte* at = host_address()) return see(at + kGuard);
  std::vector<std::byte> copy(filled_ + 2 * kGuard);
  memory_->read(0, copy);
  see(copy.data() + kGuard);
}

bool GuardedBuffer::guards_intact() const {
  bool intact = true;
  look([&](const std::byte* at) {
    for (const std::byte* guard : {at - kGuard, at + filled_})
      intact = intact &&
               std::all_of(guard, guard + kGuard, [](std::byte b) { return b == std::byte{kGuardByte}; });
  });
  return intact;
}

std::vector<std::int64_t> sample_indices(const Shape& shape) {
  const std::int64_t elements = shape.elements();
  std::vector<std::int64_t> indices;
  if (elements == 0) return indices;
  for (int corner = 0; corner < 1 << shape.rank(); ++corner) {
    std::int64_t flat = 0;
    for (int axis = 0; axis < shape.rank(); ++axis)
      flat = flat * shape[axis] + ((corner >> axis & 1) != 0 ? shape[axis] - 1 : 0);
    indices.push_back(flat);
  }
  Random random(17);
  while (indices.size() < kSamples) indices.push_back(random.below(elements));
  std::sort(indices.begin(), indices.end());
  indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
  return indices;
}

BenchData::BenchData(const kernels::Problem& problem, const Oracle& oracle, kernels::Engine& engine)
    : problem_(problem),
      engine_(engine),
      pattern_(make_pattern()),
      inputs_(problem.inputs.size()),
      outputs_(problem.outputs.size()) {
  std::vector<Tensor> values;
  for (std::size_t i = 0; i < problem.inputs.size(); ++i)
    values.push_back(problem.inputs[i].absent ? Tensor() : make_values(pattern_, problem.inputs[i].desc, i));
  const std::string tile = problem.attributes.string(kernels::kWinogradAttribute, "");
  if (const auto known = find_winograd_tile(tile)) {
    const kernels::ConvShape s = kernels::conv_shape(problem);
    values.at(4) = kernels::winograd_weights(values[1], *known, {s.sd, s.sh, s.sw});
  }
  if (const auto sparsity = kernels::sparsity_of(problem)) {
    Tensor& multiplied = values.at(tile.empty() ? 1 : 4);
    kernels::prune(multiplied, kernels::random_pattern(multiplied.shape(), sparsity->scheme, sparsity->gm,
                                                       sparsity->gn, sparsity->kept(), kPatternSeed));
  }
  const TensorDesc& output = problem.outputs.at(0);
  if (output.dtype != DType::f32) fail(Code::unsupported, "only f32 outputs can be checked");
  samples_ = sample_indices(output.shape);
  reference_.resize(samples_.size());
  oracle(problem, values, samples_, reference_);
  for (std::size_t i = 0; i < problem.inputs.size(); ++i)
    constants_.push_back(problem.inputs[i].constant ? std::move(values[i]) : Tensor());
  for (std::size_t i = 0; i < problem.inputs.size(); ++i)
    constant_pointers_.push_back(problem.inputs[i].constant ? &constants_[i] : nullptr);
}

bool BenchData::placed(std::size_t input) const {
  return !problem_.inputs[input].absent && !problem_.inputs[input].constant;
}

std::size_t BenchData::bytes() const {
  std::size_t sum = scratch_.capacity();
  for (const Tensor* constant : constant_pointers_)
    if (constant) sum += constant->bytes().size();
  for (const Input& input : inputs_) sum += input.storage.capacity();
  for (const GuardedBuffer& output : outputs_) sum += output.capacity();
  return sum;
}

void BenchData::reserve(std::span<const OperandLayout> inputs, std::span<const OperandLayout> outputs,
                        std::size_t scratch_bytes) {
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (placed(i) && inputs_[i].storage.reserve(engine_, storage_bytes(problem_.input_shape(i), inputs[i])))
      inputs_[i].laid.reset();
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    outputs_[i].reserve(engine_, storage_bytes(problem_.outputs[i].shape, outputs[i]));
  scratch_.reserve(engine_, scratch_bytes);
}

void BenchData::lay_out_input(std::size_t i, const OperandLayout& layout) {
  Input& in = inputs_[i];
  if (in.laid == layout) return;
  const TensorDesc& desc = problem_.inputs[i].desc;
  const std::size_t bytes = storage_bytes(desc.shape, layout);
  in.storage.fill(bytes, [&](std::byte* storage) {
    std::memset(storage, 0, bytes);
    if (desc.dtype == DType::f32)
      lay_out(pattern_, i, desc.shape, layout, storage + layout.placement.origin() * width_of(layout.dtype));
  });
  in.laid = layout;
}

void BenchData::begin_check(std::span<const OperandLayout> inputs, std::span<const OperandLayout> outputs,
                            std::size_t scratch_bytes) {
  constexpr unsigned char kNotANumber = 0xff;  // so that what a kernel does not write is wrong
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    if (placed(i)) lay_out_input(i, inputs[i]);
  for (std::size_t i = 0; i < outputs_.size(); ++i)
    outputs_[i].fill(storage_bytes(problem_.outputs[i].shape, outputs[i]), kNotANumber);
  scratch_.fill(scratch_bytes, 0);
}

kernels::Place BenchData::input(std::size_t i, const OperandLayout& layout) const {
  return placed(i) ? first_element(inputs_[i].storage, layout) : kernels::Place{};
}

kernels::Place BenchData::output(std::size_t i, const OperandLayout& layout) const {
  return first_element(outputs_[i], layout);
}

std::string BenchData::check_guards() const {
  for (const GuardedBuffer& output : outputs_)
    if (!output.guards_intact()) return "it writes beyond its output";
  return scratch_.guards_intact() ? "" : "it writes beyond its scratch memory";
}

std::string BenchData::compare(const OperandLayout& layout, const kernels::Traits& computed) const {
  const double tolerance = computed.half_inputs || layout.dtype == DType::f16 ? kHalfTolerance
                           : computed.half_weights                            ? kHalfWeightsTolerance
                                                                              : kTolerance;
  const TensorDesc& desc = problem_.outputs[0];
  double largest = 0;
  for (const float r : reference_)
    if (std::isfinite(r)) largest = std::max(largest, std::fabs(static_cast<double>(r)));
  std::string wrong;
  outputs_[0].look([&](const std::byte* storage) {
    const std::int64_t width = width_of(layout.dtype);
    const std::byte* first = storage + layout.placement.origin() * width;
    for (std::size_t i = 0; i < samples_.size() && wrong.empty(); ++i) {
      const float expected = reference_[i];
      if (!std::isfinite(expected)) continue;  // overflow may come sooner or later
      const float value =
          read_float(layout.dtype, first + offset_of(desc.shape, layout.placement, samples_[i]) * width);
      if (!(std::fabs(static_cast<double>(value) - expected) <= tolerance * largest))
        wrong = cat("element ", samples_[i], " is ", value, ", not ", expected);
    }
  });
  return wrong;
}

}  // namespace rt3d::tuner
