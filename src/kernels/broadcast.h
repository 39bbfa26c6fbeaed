// How an operand of an elementwise operation (Activation, Add, Sub, Mul, Div) spreads over the output.
#pragma once

#include <optional>

#include "kernels/problem.h"

namespace rt3d::kernels {

// In this order: kernels take it as a number.
enum class Broadcast : std::uint8_t {
  whole,              // computed, and as large as the output
  per_channel,        // computed: one value for each channel of each clip
  channel_constants,  // one for each channel
  number              // one constant
};

// Whether the output has channels that can be stored in blocks: three to five dimensions.
bool has_channel_blocks(const Problem& problem);

// Nothing for operands that are absent, that are no floats, and that spread otherwise.
std::optional<Broadcast> broadcast_of(const Problem& problem, std::size_t operand);

// How many operands are as large as the output.
int whole_operands(const Problem& problem);

}  // namespace rt3d::kernels
