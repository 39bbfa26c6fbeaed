// The families of this folder, one function each: its table is in cl.cpp.
#pragma once

#include "kernels/family.h"

namespace rt3d::kernels::cl {

const KernelFamily& conv_direct();
const KernelFamily& conv_sparse();
const KernelFamily& conv_depthwise();
const KernelFamily& pool_window();
const KernelFamily& fc_dot();
const KernelFamily& elementwise();
const KernelFamily& softmax();
const KernelFamily& copy();

}  // namespace rt3d::kernels::cl
