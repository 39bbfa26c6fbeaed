#include "kernels/ref/operation.h"

namespace rt3d::kernels::ref {
namespace {

// A size of 0 lets other sizes be anything: they are kept small too, so that products of sizes cannot
// overflow.
void require_sizes(const Problem& p, const Shape& shape) {
  require(shape.rank() <= Shape::kMaxRank, p, "ranks above ", Shape::kMaxRank, " are not supported");
  shape.elements();
  for (std::int64_t size : shape)
    require(size <= Shape::kMaxElements, p, "a size of ", size, " is too large");
}

}  // namespace

void require_operands(const Problem& p, std::size_t needed, std::size_t high, std::size_t outputs) {
  require(p.inputs.size() >= needed && p.inputs.size() <= high, p, "expected ", needed, " to ", high,
          " inputs");
  require(p.outputs.size() == outputs, p, "expected ", outputs, " outputs");
  for (std::size_t i = 0; i < needed; ++i) require(!p.inputs[i].absent, p, "input ", i, " is absent");
  for (const Operand& in : p.inputs)
    if (!in.absent) require_sizes(p, in.desc.shape);
  for (const TensorDesc& out : p.outputs) require_sizes(p, out.shape);
}

void require_type(const Problem& p, DType type) {
  bool same = p.outputs[0].dtype == type;
  for (const Operand& in : p.inputs) same = same && (in.absent || in.desc.dtype == type);
  if (!same) fail(Code::unsupported, "'", p.text(), "': only ", dtype_name(type), " is supported");
}

void require_same_type(const Problem& p, std::size_t first_input) {
  for (std::size_t i = first_input; i < p.inputs.size(); ++i)
    require(p.inputs[i].absent || p.inputs[i].desc.dtype == p.outputs[0].dtype, p, "types differ");
}

void require_output(const Problem& p, const Shape& shape, std::size_t output) {
  require(p.outputs[output].shape == shape, p, "output ", output, " should be ", shape.text());
}

std::vector<std::int64_t> integer_values(const Problem& p, const Operands& operands, std::size_t input) {
  const TensorDesc& desc = p.inputs[input].desc;
  const auto count = static_cast<std::size_t>(desc.shape.elements());
  if (desc.dtype == DType::i64) {
    const auto* v = operands.in<std::int64_t>(input);
    return {v, v + count};
  }
  require(desc.dtype == DType::i32, p, "input ", input, " must hold i64 or i32");
  const auto* v = operands.in<std::int32_t>(input);
  return {v, v + count};
}

}  // namespace rt3d::kernels::ref
