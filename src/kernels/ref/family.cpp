// The family "ref.any.cpu" and the oracle's entry points, over the operators' table. A kernel sees dense
// tensors: operands that lie otherwise (with a halo, or inside a larger tensor) are copied to and from
// scratch memory around the run.
#include <algorithm>
#include <cstring>

#include "base/buffer.h"
#include "kernels/ref/operation.h"
#include "kernels/ref/ref.h"
#include "kernels/reorder_problem.h"

namespace rt3d::kernels::ref {
namespace {

constexpr std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

const Operator* find(std::string_view name) {
  for (const Operator& row : operator_table())
    if (row.name == name) return &row;
  return nullptr;
}

Operation prepare_operation(const Problem& problem) {
  const Operator* row = find(problem.op);
  if (!row) {
    std::string known;
    for (const Operator& r : operator_table()) known += cat(" ", r.name);
    fail(Code::unsupported, "the operator '", problem.op, "' is not supported; known:", known);
  }
  return row->prepare(problem);
}

// An operand that does not lie dense, and where its dense copy is in scratch memory.
struct Staged {
  TensorDesc desc;
  Placement at;
  bool dense = true;
  std::size_t offset = 0;

  // Copies between the operand's rows and the dense copy.
  void copy(std::byte* placed, std::byte* dense_copy, bool out) const {
    const Dims5 s(desc.shape);
    const auto width = static_cast<std::int64_t>(dtype_bytes(desc.dtype));
    const auto row_bytes = static_cast<std::size_t>(s.w * width);
    for (std::int64_t n = 0; n < s.n; ++n)
      for (std::int64_t c = 0; c < s.c; ++c)
        for (std::int64_t d = 0; d < s.d; ++d)
          for (std::int64_t h = 0; h < s.h; ++h, dense_copy += row_bytes) {
            std::byte* row = placed + (n * at.n + c * at.c + d * at.d + h * at.h) * width;
            if (out)
              std::memcpy(row, dense_copy, row_bytes);
            else
              std::memcpy(dense_copy, row, row_bytes);
          }
  }
};

Staged staged(const TensorDesc& desc, const std::vector<Placement>& placements, std::size_t i,
              std::size_t& offset) {
  Staged s;
  s.desc = desc;
  const int rank = desc.shape.rank();
  if (i >= placements.size() || rank < 2 || rank > 5 || desc.shape.elements() == 0) return s;
  s.at = placements[i];
  if (s.at.block != 1) fail(Code::internal, "ref.any.cpu takes planar tensors, not blocks of ", s.at.block);
  s.dense = s.at == Placement::of(desc.shape, {});
  if (s.dense) return s;
  s.offset = offset;
  offset += rounded(bytes_of(desc));
  return s;
}

class RefKernel : public Kernel {
 public:
  explicit RefKernel(const KernelRequest& request) : operation_(prepare_operation(request.problem)) {
    const Problem& p = request.problem;
    scratch_ = operation_.scratch_bytes * static_cast<std::size_t>(request.target.threads);
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
      const bool passed = !p.inputs[i].absent && !p.inputs[i].constant;
      inputs_.push_back(passed ? staged(p.inputs[i].desc, request.inputs, i, scratch_) : Staged());
    }
    for (std::size_t i = 0; i < p.outputs.size(); ++i)
      outputs_.push_back(staged(p.outputs[i], request.outputs, i, scratch_));
    addresses_offset_ = scratch_;
    scratch_ += rounded((inputs_.size() + outputs_.size()) * sizeof(std::byte*));
    held_.resize(p.inputs.size());
    constants_.resize(p.inputs.size());
  }

  void prepare(std::span<const Tensor* const> constants, ThreadPool&) override {
    for (std::size_t i = 0; i < constants.size() && i < held_.size(); ++i) {
      if (!constants[i]) continue;
      held_[i] = constants[i]->in_memory();
      constants_[i] = held_[i].bytes().data();
      if (held_[i].bytes().data() != constants[i]->bytes().data()) packed_ += held_[i].bytes().size();
    }
  }

  std::size_t packed_bytes() const override { return packed_; }
  std::size_t scratch_bytes() const override { return scratch_; }
  bool scratch_apart() const override { return true; }

  // Operators on values known only now may refuse them: their outputs are then zero, as there is nobody to
  // tell.
  void run(const RunArgs& args) const override {
    std::byte* const scratch = args.scratch.host();
    auto* addresses = reinterpret_cast<std::byte**>(scratch + addresses_offset_);
    const std::span<std::byte*> in(addresses, inputs_.size());
    const std::span<std::byte*> out(addresses + inputs_.size(), outputs_.size());
    for (std::size_t i = 0; i < in.size(); ++i) {
      in[i] = inputs_[i].dense ? args.inputs[i].host() : scratch + inputs_[i].offset;
      if (!inputs_[i].dense) inputs_[i].copy(args.inputs[i].host(), in[i], false);
    }
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = outputs_[i].dense ? args.outputs[i].host() : scratch + outputs_[i].offset;
    run_dense(in, out, args);
    for (std::size_t i = 0; i < out.size(); ++i)
      if (!outputs_[i].dense) outputs_[i].copy(args.outputs[i].host(), out[i], true);
  }

 private:
  void run_dense(std::span<std::byte* const> in, std::span<std::byte* const> out, const RunArgs& args) const {
    try {
      operation_.run({constants_, in, out, args.scratch.host(), args.pool});
    } catch (const Error&) {
      for (std::size_t i = 0; i < out.size(); ++i)
        if (const std::size_t bytes = bytes_of(outputs_[i].desc)) std::memset(out[i], 0, bytes);
    }
  }

  Operation operation_;
  std::vector<Staged> inputs_, outputs_;
  std::vector<Tensor> held_;  // what constants_ points into
  std::vector<const std::byte*> constants_;
  std::size_t addresses_offset_ = 0;  // in scratch: the operands' addresses
  std::size_t packed_ = 0;
  std::size_t scratch_ = 0;
};

bool planar(const Port& port) { return port.block == 1 && port.space == Space::host; }

// A copy that gives and takes no blocks.
bool planar(const Problem& reorder) {
  const std::optional<Ports> at = reorder_ports(reorder);
  return at && planar(at->inputs[0]) && planar(at->outputs[0]);
}

class RefFamily : public KernelFamily {
 public:
  std::string_view id() const override { return "ref.any.cpu"; }
  int version() const override { return 1; }

  bool supports(const Problem& problem, const Target&) const override {
    const Operator* row = find(problem.op);
    if (!row || (problem.op == kReorder && !planar(problem))) return false;
    try {
      row->prepare(problem);
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  Ports ports(const Problem& problem, const Target&) const override {
    if (problem.op == kReorder) return *reorder_ports(problem);
    Ports ports;
    for (const Operand& input : problem.inputs) ports.inputs.push_back({.dtype = input.desc.dtype});
    for (const TensorDesc& output : problem.outputs) ports.outputs.push_back({.dtype = output.dtype});
    return ports;
  }

  // Deliberately dear: 5 ns for every multiply-accumulate and for every element that is read or written.
  double estimate_ns(const Problem& problem, const Schedule&, const Target&) const override {
    double work = static_cast<double>(multiply_accumulates(problem));
    for (const Operand& in : problem.inputs)
      if (!in.absent) work += static_cast<double>(in.desc.shape.elements());
    for (const TensorDesc& out : problem.outputs) work += static_cast<double>(out.shape.elements());
    return 5 * work;
  }

  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<RefKernel>(request);
  }
};

// Tensors ready to be read: as the problem says, and aligned.
std::vector<Tensor> checked(const Problem& problem, std::span<const Tensor> inputs) {
  require(inputs.size() == problem.inputs.size(), problem, inputs.size(), " inputs were given");
  std::vector<Tensor> out(inputs.begin(), inputs.end());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (problem.inputs[i].absent) continue;
    require(out[i].desc() == problem.inputs[i].desc, problem, "input ", i, " is ", dtype_name(out[i].dtype()),
            " ", out[i].shape().text());
    out[i] = out[i].aligned_copy();
  }
  return out;
}

std::vector<const std::byte*> addresses(const Problem& problem, const std::vector<Tensor>& tensors) {
  std::vector<const std::byte*> out;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    out.push_back(problem.inputs[i].absent ? nullptr : tensors[i].bytes().data());
  return out;
}

}  // namespace

const KernelFamily& family() {
  static const RefFamily instance;
  return instance;
}

std::vector<std::string> operators() {
  std::vector<std::string> names;
  for (const Operator& row : operator_table())
    if (row.name != kReorder) names.emplace_back(row.name);  // no model's
  return names;
}

std::vector<Tensor> compute(const Problem& problem, std::span<const Tensor> inputs) {
  const Operation operation = prepare_operation(problem);
  const std::vector<Tensor> tensors = checked(problem, inputs);
  const std::vector<const std::byte*> in = addresses(problem, tensors);
  const std::vector<std::byte*> none(in.size());
  std::vector<Tensor> results;
  std::vector<std::byte*> out;
  for (const TensorDesc& desc : problem.outputs)
    out.push_back(results.emplace_back(Tensor::allocate(desc)).mutable_data());
  const Buffer scratch(operation.scratch_bytes);
  ThreadPool pool(1);
  operation.run({in, none, out, scratch.data(), pool});
  return results;
}

void sample(const Problem& problem, std::span<const Tensor> inputs, std::span<const std::int64_t> indices,
            std::span<float> values) {
  const Operation operation = prepare_operation(problem);
  const TensorDesc& out = problem.outputs.at(0);
  require(out.dtype == DType::f32 && values.size() == indices.size(), problem,
          "only f32 outputs can be sampled");
  for (std::int64_t index : indices)
    require(index >= 0 && index < out.shape.elements(), problem, "index ", index, " is outside the output");
  if (!operation.at) {
    const std::vector<Tensor> results = compute(problem, inputs);
    for (std::size_t i = 0; i < indices.size(); ++i)
      values[i] = results[0].values<float>()[static_cast<std::size_t>(indices[i])];
    return;
  }
  const std::vector<Tensor> tensors = checked(problem, inputs);
  const std::vector<const std::byte*> in = addresses(problem, tensors);
  const std::vector<std::byte*> none(in.size());
  ThreadPool pool(1);
  const Operands operands{in, none, {}, nullptr, pool};
  for (std::size_t i = 0; i < indices.size(); ++i) values[i] = operation.at(operands, indices[i]);
}

}  // namespace rt3d::kernels::ref
