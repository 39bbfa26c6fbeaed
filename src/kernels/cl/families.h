// The families of this folder: a row each, for the function that its file defines. Preferred ones first among equals.
#pragma once

#include "kernels/family.h"

#define RT3D_CL_FAMILIES(X) \
  X(conv_direct)            \
  X(conv_sparse)            \
  X(conv_depthwise)         \
  X(pool_window)            \
  X(fc_dot)                 \
  X(elementwise)            \
  X(softmax)

namespace rt3d::kernels::cl {

#define RT3D_CL_DECLARE(name) const KernelFamily& name();
RT3D_CL_FAMILIES(RT3D_CL_DECLARE)
#undef RT3D_CL_DECLARE

const KernelFamily& copy();  // of Reorder problems

}  // namespace rt3d::kernels::cl
