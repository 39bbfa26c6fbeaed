#include "kernels/broadcast.h"

#include <algorithm>
#include <vector>

namespace rt3d::kernels {
namespace {

// The operand's shape with ones in front up to the output's rank.
Shape aligned(const Shape& s, int rank) {
  std::vector<std::int64_t> dims(static_cast<std::size_t>(std::max(0, rank - s.rank())), 1);
  dims.insert(dims.end(), s.begin(), s.end());
  return Shape(std::move(dims));
}

}  // namespace

bool has_channel_blocks(const Problem& p) {
  return p.outputs[0].shape.rank() >= 3 && p.outputs[0].shape.rank() <= 5;
}

std::optional<Broadcast> broadcast_of(const Problem& p, std::size_t i) {
  const Operand& operand = p.inputs[i];
  const Shape& out = p.outputs[0].shape;
  if (operand.absent || operand.desc.dtype != DType::f32) return std::nullopt;
  if (operand.constant && operand.desc.shape.elements() == 1) return Broadcast::number;
  if (!operand.constant && operand.desc.shape == out) return Broadcast::whole;
  if (!has_channel_blocks(p)) return std::nullopt;
  const Shape s = aligned(operand.desc.shape, out.rank());
  if (s.rank() != out.rank() || s[1] != out[1] || s.elements(2, s.rank()) != 1) return std::nullopt;
  if (operand.constant) return s[0] == 1 ? std::optional(Broadcast::channel_constants) : std::nullopt;
  return s[0] == out[0] && operand.desc.shape.rank() == out.rank() ? std::optional(Broadcast::per_channel)
                                                                   : std::nullopt;
}

int whole_operands(const Problem& p) {
  int count = 0;
  for (std::size_t i = 0; i < p.inputs.size(); ++i) count += broadcast_of(p, i) == Broadcast::whole ? 1 : 0;
  return count;
}

}  // namespace rt3d::kernels
