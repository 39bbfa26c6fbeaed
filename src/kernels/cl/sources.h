// The texts of the .cl files of this folder, embedded at build time.
#pragma once

#include "kernels/cl/embedded/common.h"
#include "kernels/cl/embedded/conv.h"
#include "kernels/cl/embedded/copy.h"
#include "kernels/cl/embedded/depthwise.h"
#include "kernels/cl/embedded/elementwise.h"
#include "kernels/cl/embedded/fc.h"
#include "kernels/cl/embedded/halo.h"
#include "kernels/cl/embedded/peak.h"
#include "kernels/cl/embedded/pool.h"
#include "kernels/cl/embedded/softmax.h"
#include "kernels/cl/recipe.h"

namespace rt3d::kernels::cl {

inline constexpr Source kCommon{"common.cl", kCommonText};
inline constexpr Source kConv{"conv.cl", kConvText};
inline constexpr Source kCopy{"copy.cl", kCopyText};
inline constexpr Source kDepthwise{"depthwise.cl", kDepthwiseText};
inline constexpr Source kElementwise{"elementwise.cl", kElementwiseText};
inline constexpr Source kFc{"fc.cl", kFcText};
inline constexpr Source kHalo{"halo.cl", kHaloText};
inline constexpr Source kPeak{"peak.cl", kPeakText};
inline constexpr Source kPool{"pool.cl", kPoolText};
inline constexpr Source kSoftmax{"softmax.cl", kSoftmaxText};

}  // namespace rt3d::kernels::cl
