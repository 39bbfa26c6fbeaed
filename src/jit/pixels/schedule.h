// The legal schedules of conv.sparse_pixels, and their analytic time.
#pragma once

#include <vector>

#include "kernels/conv_shape.h"
#include "kernels/family.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {

kernels::Tunables pixel_tunables(const kernels::ConvShape& s, const kernels::Sparsity& sparsity,
                                 const kernels::Target& target);
double pixel_estimate_ns(const kernels::ConvShape& s, const kernels::Sparsity& sparsity,
                         const kernels::Schedule& schedule, const kernels::Target& target);

}  // namespace rt3d::jit
