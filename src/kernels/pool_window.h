// What windows of pooling see: MaxPool, AveragePool, GlobalMaxPool and GlobalAveragePool.
#pragma once

#include <array>
#include <vector>

#include "kernels/conv_shape.h"

namespace rt3d::kernels {

bool is_pool(const Problem& problem);
bool is_average_pool(const Problem& problem);

// conv_shape(), where a global operation's one window is all of the input. Requires is_pool().
ConvShape pool_shape(const Problem& problem);

// Window positions that an average counts, inside the input or, with count_include_pad, inside the padded input: of each output plane, of
// each row, of each column. The product of the three is what a sum is divided by.
std::array<std::vector<std::int64_t>, 3> counted_positions(const Problem& problem, const ConvShape& shape);

}  // namespace rt3d::kernels
