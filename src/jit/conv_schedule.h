// The legal schedules of conv.direct and conv.sparse, and their analytic time.
#pragma once

#include <optional>
#include <vector>

#include "kernels/conv_shape.h"
#include "kernels/family.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {

// Without a sparsity everything is multiplied.
std::vector<kernels::Schedule> conv_direct_space(const kernels::Problem& problem,
                                                 const kernels::Target& target,
                                                 const std::optional<kernels::Sparsity>& sparsity = {});

double conv_direct_estimate_ns(const kernels::Problem& problem, const kernels::Schedule& schedule,
                               const kernels::Target& target,
                               const std::optional<kernels::Sparsity>& sparsity = {});

// The k steps of a sparse unit whose channels lie in blocks of `block`: a part of gn that divides both.
int sparse_depth(int gn, int block);

// The most rows that a tile of `vecs` vectors can have; 0 when not even one fits.
int most_rows(Isa isa, int vecs, const kernels::Problem& problem);

}  // namespace rt3d::jit
