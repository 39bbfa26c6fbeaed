// The one-pathway bottleneck networks of pytorchvideo: Slow-R50 (Feichtenhofer et al., ICCV 2019), C2D and
// I3D (inflated, Carreira and Zisserman, CVPR 2017), channel-separated CSN-R101 (Tran et al., ICCV 2019) and
// R(2+1)D-R50.
#include <array>
#include <vector>

#include "base/error.h"
#include "models/bottleneck.h"
#include "models/families.h"

namespace rt3d::models {

namespace {

const Dims kPoint = {1, 1, 1};
const Dims kTemporal = {3, 1, 1};
const Dims kSpatial = {1, 3, 3};

struct Design {
  Dims stem_kernel = {1, 7, 7};
  bool stem_pool = true;
  bool frames_pool = false;  // a 2x1x1 max pool after the first stage, which takes a block number
  std::array<int, 4> depths = {3, 4, 6, 3};
  std::array<std::vector<Dims>, 4> kernels_a = {{{kPoint}, {kPoint}, {kPoint}, {kPoint}}};
  Dims kernel_b = kSpatial;
  MiddleConv middle = MiddleConv::plain;
  std::array<std::int64_t, 4> temporal_strides = {1, 1, 1, 1};
  std::int64_t first_spatial_stride = 1;  // the other stages have 2
  bool softmax = false;
};

graph::Graph build_design(const MakeRequest& request, const Design& design) {
  Builder b(request);
  ValueId x = b.input("input", {1, 3, request.frames, request.size, request.size});
  int block = 0;
  const auto next = [&block] { return cat("blocks.", block++); };
  x = video_stem(b, next(), x, b.wide(64), design.stem_kernel, design.stem_pool);
  for (std::size_t s = 0; s < 4; ++s) {
    const std::int64_t spatial = s == 0 ? design.first_spatial_stride : 2;
    x = bottleneck_stage(b, next(), x,
                         {.depth = design.depths[s],
                          .inner = b.wide(std::int64_t{64} << s),
                          .out = b.wide(std::int64_t{256} << s),
                          .kernels_a = design.kernels_a[s],
                          .kernel_b = design.kernel_b,
                          .stride = {design.temporal_strides[s], spatial, spatial},
                          .middle = design.middle});
    if (s == 0 && design.frames_pool) x = b.max_pool(next(), x, {.kernel = {2, 1, 1}, .stride = {2, 1, 1}});
  }
  const std::string head = next();
  x = head_pool(b, head + ".pool", x);
  return b.finish(projection_head(b, head, x, request.classes, design.softmax));
}

}  // namespace

graph::Graph build_slow_r50(const MakeRequest& request) {
  return build_design(request, {.kernels_a = {{{kPoint}, {kPoint}, {kTemporal}, {kTemporal}}}});
}

graph::Graph build_c2d_r50(const MakeRequest& request) {
  return build_design(request, {.frames_pool = true});
}

graph::Graph build_i3d_r50(const MakeRequest& request) {
  return build_design(
      request, {.stem_kernel = {5, 7, 7},
                .frames_pool = true,
                .kernels_a = {{{kTemporal}, {kTemporal, kPoint}, {kTemporal, kPoint}, {kPoint, kTemporal}}}});
}

graph::Graph build_csn_r101(const MakeRequest& request) {
  return build_design(request, {.stem_kernel = {3, 7, 7},
                                .depths = {3, 4, 23, 3},
                                .kernel_b = {3, 3, 3},
                                .middle = MiddleConv::depthwise,
                                .temporal_strides = {1, 2, 2, 2}});
}

graph::Graph build_r2plus1d_r50(const MakeRequest& request) {
  return build_design(request, {.stem_pool = false,
                                .kernel_b = {3, 3, 3},
                                .middle = MiddleConv::factored,
                                .temporal_strides = {1, 1, 2, 2},
                                .first_spatial_stride = 2,
                                .softmax = true});
}

}  // namespace rt3d::models
