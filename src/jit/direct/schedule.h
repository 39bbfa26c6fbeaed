// The legal schedules of direct convolution.
#pragma once

#include <optional>
#include <vector>

#include "kernels/conv_shape.h"
#include "kernels/family.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {

// What its multiply loop works on.
struct ConvNumbers {
  int lanes;      // output channels per vector, and input channels per block where there are more than four
  int bytes = 4;  // of a weight or an activation
  double cycles_per_k = 0;  // of each accumulator, for what is done once per so many products
  std::optional<kernels::Sparsity> sparsity = {};  // absent: everything is multiplied
};

kernels::Tunables conv_direct_tunables(const kernels::Problem& problem, const kernels::Target& target,
                                       const ConvNumbers& numbers);

// The k steps of a block of input channels at one kernel position.
std::int64_t block_depth(const kernels::ConvShape& s, int lanes);

// Input-channel blocks that one block of `vecs` vectors of output channels reaches.
std::int64_t reached_blocks(const kernels::ConvShape& s, int vecs, int lanes);

// The k steps of a sparse unit whose channels lie in blocks of `block`: a part of gn that divides both.
int sparse_depth(int gn, int block);

// Multiply-accumulates of the units that are kept, in tiles of at most `rows` pixels.
std::int64_t kept_multiply_accumulates(const kernels::Problem& problem, int rows);

// Memory of packed units of so many output × input channels, and of their lists.
std::int64_t sparse_unit_bytes(const kernels::ConvShape& s, const kernels::Sparsity& sparsity, int channels,
                               int depth);

}  // namespace rt3d::jit
