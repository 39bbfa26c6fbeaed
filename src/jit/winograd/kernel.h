// The code and the run of a Winograd convolution: transforms around the multiplications, block by block (winograd/plan.h).
#pragma once

#include <memory>

#include "jit/winograd/schedule.h"
#include "kernels/family.h"

namespace rt3d::jit {

std::unique_ptr<kernels::Kernel> winograd_kernel(const kernels::KernelRequest& request,
                                                 const WinogradLayer& layer);

}  // namespace rt3d::jit
