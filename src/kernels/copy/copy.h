// The families that copy tensors from one layout into another on the host (reorder_problem.h). No code is generated for them.
#pragma once

#include <span>

#include "kernels/family.h"

namespace rt3d::kernels::copy {

std::span<const KernelFamily* const> families();

}  // namespace rt3d::kernels::copy
