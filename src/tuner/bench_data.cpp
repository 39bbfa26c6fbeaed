#include "tuner/bench_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "kernels/sparsity.h"
#include "kernels/winograd_weights.h"

namespace rt3d::tuner {
namespace {

using kernels::Dims5;
using kernels::Placement;

constexpr std::int64_t kPattern =
    65521;  // a prime: rows of a matrix start at different places of the pattern
constexpr std::uint64_t kPatternSeed = 2021;  // of the zeros of sparse weights
constexpr int kSamples = 200;
// Of the largest reference value: sums of many terms in single precision, and in half.
constexpr double kTolerance = 2e-4, kHalfTolerance = 1e-2;
constexpr unsigned char kGuardByte = 0xa5;

// Values of magnitude 1/4 to 1 and either sign, repeating: large weights must be made quickly.
const std::vector<float>& pattern() {
  static const std::vector<float> values = [] {
    Random random(20210202);
    std::vector<float> v(kPattern);
    for (float& x : v) x = random.uniform(0.25f, 1.0f) * ((random.bits() & 1) != 0 ? 1.0f : -1.0f);
    return v;
  }();
  return values;
}

Tensor make_values(const TensorDesc& desc, std::size_t operand) {
  Tensor tensor = Tensor::allocate(desc);
  if (desc.dtype != DType::f32) {
    if (!tensor.bytes().empty()) std::memset(tensor.mutable_data(), 0, tensor.bytes().size());
    return tensor;
  }
  const std::vector<float>& values = pattern();
  const std::span<float> out = tensor.mutable_values<float>();
  std::size_t from = (operand * 7919) % values.size();
  for (std::size_t done = 0; done < out.size(); from = 0) {
    const std::size_t count = std::min(values.size() - from, out.size() - done);
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(from), count,
                out.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return tensor;
}

bool has_strides(const Shape& shape) { return shape.rank() >= 2 && shape.rank() <= 5; }

// Where element (n, c, d, h, 0) of a placed tensor lies, counted from element 0.
std::int64_t row_offset(const Placement& p, std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t h) {
  return n * p.n + c / p.block * p.c + c % p.block + d * p.d + h * p.h;
}

void lay_out(const float* from, const Shape& shape, const Placement& p, float* to) {
  const Dims5 s(shape);
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t d = 0; d < s.d; ++d)
        for (std::int64_t h = 0; h < s.h; ++h, from += s.w) {
          float* row = to + row_offset(p, n, c, d, h);
          if (p.block == 1)
            std::copy_n(from, s.w, row);
          else
            for (std::int64_t w = 0; w < s.w; ++w) row[w * p.block] = from[w];
        }
}

std::int64_t offset_of(const Shape& shape, const Placement& p, std::int64_t flat) {
  if (!has_strides(shape)) return flat;
  const Dims5 s(shape);
  const std::int64_t w = flat % s.w, h = flat / s.w % s.h, d = flat / (s.w * s.h) % s.d;
  const std::int64_t c = flat / (s.w * s.h * s.d) % s.c, n = flat / (s.w * s.h * s.d * s.c);
  return row_offset(p, n, c, d, h) + w * p.block;
}

std::size_t storage_bytes(const TensorDesc& desc, const Placement& p) {
  return static_cast<std::size_t>(p.elements(desc.shape)) * dtype_bytes(desc.dtype);
}

}  // namespace

GuardedBuffer::GuardedBuffer(std::size_t bytes) : bytes_(bytes), buffer_(Buffer(bytes + 2 * kGuard)) {
  fill(0);
}

void GuardedBuffer::fill(unsigned char byte) {
  std::memset(buffer_.data(), kGuardByte, kGuard);
  std::memset(data(), byte, bytes_);
  std::memset(data() + bytes_, kGuardByte, kGuard);
}

void GuardedBuffer::fill_unwritten() { fill(0xff); }

bool GuardedBuffer::guards_intact() const {
  const auto intact = [](const std::byte* p) {
    return std::all_of(p, p + kGuard, [](std::byte b) { return b == std::byte{kGuardByte}; });
  };
  return intact(buffer_.data()) && intact(data() + bytes_);
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

BenchData::BenchData(const kernels::Problem& problem, const Oracle& oracle) : problem_(problem) {
  for (std::size_t i = 0; i < problem.inputs.size(); ++i)
    inputs_.push_back(problem.inputs[i].absent ? Tensor() : make_values(problem.inputs[i].desc, i));
  const std::string tile = problem.attributes.string(kernels::kWinogradAttribute, "");
  if (const auto known = find_winograd_tile(tile)) {
    const kernels::ConvShape s = kernels::conv_shape(problem);
    inputs_.at(4) = kernels::winograd_weights(inputs_[1], *known, {s.sd, s.sh, s.sw});
  }
  if (const auto sparsity = kernels::sparsity_of(problem)) {
    Tensor& multiplied = inputs_.at(tile.empty() ? 1 : 4);
    kernels::prune(multiplied, kernels::random_pattern(multiplied.shape(), sparsity->scheme, sparsity->gm,
                                                       sparsity->gn, sparsity->kept(), kPatternSeed));
  }
  for (std::size_t i = 0; i < problem.inputs.size(); ++i)
    constant_pointers_.push_back(problem.inputs[i].constant ? &inputs_[i] : nullptr);
  const TensorDesc& output = problem.outputs.at(0);
  if (output.dtype != DType::f32) fail(Code::unsupported, "only f32 outputs can be checked");
  samples_ = sample_indices(output.shape);
  reference_.resize(samples_.size());
  oracle(problem, inputs_, samples_, reference_);
}

GuardedBuffer& BenchData::laid(std::vector<Laid>& cache, std::size_t operand, const Placement& placement,
                               const TensorDesc& desc, bool& fresh) {
  for (const Laid& l : cache)
    if (l.operand == operand && l.placement == placement) return *l.storage;
  fresh = true;
  cache.push_back({operand, placement, std::make_unique<GuardedBuffer>(storage_bytes(desc, placement))});
  return *cache.back().storage;
}

std::byte* BenchData::input(std::size_t i, const Placement& placement) {
  const TensorDesc& desc = problem_.inputs[i].desc;
  bool fresh = false;
  const GuardedBuffer& storage = laid(laid_inputs_, i, placement, desc, fresh);
  std::byte* origin = storage.data() + static_cast<std::size_t>(placement.origin()) * dtype_bytes(desc.dtype);
  if (!fresh || inputs_[i].bytes().empty()) return origin;
  if (desc.dtype == DType::f32 && has_strides(desc.shape))
    lay_out(inputs_[i].values<float>().data(), desc.shape, placement, reinterpret_cast<float*>(origin));
  else
    std::memcpy(origin, inputs_[i].bytes().data(), inputs_[i].bytes().size());
  return origin;
}

GuardedBuffer& BenchData::output(std::size_t i, const Placement& placement) {
  bool fresh = false;
  return laid(laid_outputs_, i, placement, problem_.outputs[i], fresh);
}

std::string BenchData::compare(const std::byte* output, const Placement& placement,
                               kernels::Accuracy accuracy) {
  const double tolerance = accuracy == kernels::Accuracy::half ? kHalfTolerance : kTolerance;
  const TensorDesc& desc = problem_.outputs[0];
  double largest = 0;
  for (const float r : reference_)
    if (std::isfinite(r)) largest = std::max(largest, std::fabs(static_cast<double>(r)));
  const auto* values = reinterpret_cast<const float*>(output);
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const float expected = reference_[i];
    if (!std::isfinite(expected)) continue;  // overflow may come sooner or later
    const float value = values[offset_of(desc.shape, placement, samples_[i])];
    if (!(std::fabs(static_cast<double>(value) - expected) <= tolerance * largest))
      return cat("element ", samples_[i], " is ", value, ", not ", expected);
  }
  return {};
}

}  // namespace rt3d::tuner
