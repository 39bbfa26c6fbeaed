// A copy of a tensor from one layout into another, as a problem like all others:
//
//   Reorder 1x64x8x56x56 -> 1x64x8x56x56 from=1x0x0 to=16x1x1
//
// `from` and `to` are ports: channels per block, rows and columns of halo, and, where it is not the host's memory, a fourth word: the
// number of the space.
#pragma once

#include <optional>

#include "kernels/family.h"
#include "kernels/problem.h"

namespace rt3d::kernels {

inline constexpr char kReorder[] = "Reorder";

Problem reorder_problem(const TensorDesc& desc, Port from, Port to);

// The layouts that the problem names; nothing when it is no reorder, or says something impossible.
std::optional<Ports> reorder_ports(const Problem& problem);

}  // namespace rt3d::kernels
