// The families of this folder: a row each, for the function that its file defines. Preferred ones first among equals.
#pragma once

#include "kernels/family.h"

#define RT3D_CL_FAMILIES(X) \
  X(conv_direct)            \
  X(conv_direct_f16)        \
  X(conv_sparse)            \
  X(conv_sparse_f16)        \
  X(conv_depthwise)         \
  X(conv_depthwise_f16)     \
  X(pool_window)            \
  X(pool_window_f16)        \
  X(fc_dot)                 \
  X(fc_dot_w16)             \
  X(fc_dot_f16)             \
  X(elementwise)            \
  X(elementwise_f16)        \
  X(softmax)

namespace rt3d::kernels::cl {

// NOLINTNEXTLINE(bugprone-macro-parentheses): a name can have none
#define RT3D_CL_DECLARE(name) const KernelFamily& name();
RT3D_CL_FAMILIES(RT3D_CL_DECLARE)
#undef RT3D_CL_DECLARE

const KernelFamily& copy();  // of Reorder problems

}  // namespace rt3d::kernels::cl
