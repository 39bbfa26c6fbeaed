// A copy of a tensor from one layout into another, as a problem like all others:
//
//   Reorder 1x64x8x56x56 -> 1x64x8x56x56 from=1x0x0 to=16x1x1
//   Reorder 1x64x8x56x56 -> 1x64x8x56x56:f16 from=16x0x0 to=16x0x0
//   Reorder 1x64x8x56x56 -> 1x64x8x56x56 from=16x0x0 to=4x0x0x1
//
// `from` and `to` are ports: channels per block, rows and columns of halo, and, where it is not the host's memory, a fourth word: the
// number of the space (1: the device's). The ports' types are the operands'.
#pragma once

#include <optional>

#include "kernels/family.h"
#include "kernels/problem.h"

namespace rt3d::kernels {

inline constexpr char kReorder[] = "Reorder";

Problem reorder_problem(const Shape& shape, const Port& from, const Port& to);

// The ports that the problem names; nothing when it is no reorder, or says something impossible.
std::optional<Ports> reorder_ports(const Problem& problem);

}  // namespace rt3d::kernels
