// SlowFast-R50 8x8 (Feichtenhofer et al., ICCV 2019) as pytorchvideo writes it: a slow pathway on every
// fourth frame and an eight times thinner fast one on all; before each of the stages 1 to 4 a 7x1x1
// convolution of stride 4 brings the fast features to the slow side.
#include <array>

#include "base/error.h"
#include "models/bottleneck.h"
#include "models/families.h"

namespace rt3d::models {

namespace {

constexpr std::int64_t kFrameRatio = 4;
constexpr std::int64_t kThinner = 8;

ValueId fuse(Builder& b, const std::string& block, ValueId slow, ValueId fast) {
  const std::string name = block + ".multipathway_fusion";
  ValueId y = b.conv(name + ".conv_fast_to_slow", fast,
                     {.channels = 2 * b.channels(fast), .kernel = {7, 1, 1}, .stride = {kFrameRatio, 1, 1}});
  y = b.relu(name + ".activation", b.norm(name + ".norm", y));
  return b.concat(name + ".concat", {slow, y});
}

}  // namespace

graph::Graph build_slowfast_r50(const MakeRequest& request) {
  if (request.frames % kFrameRatio != 0)
    fail(Code::invalid_argument, "slowfast_r50 cannot take ", request.frames, " fast frames; a multiple of ",
         kFrameRatio, " would do");
  const Dims point = {1, 1, 1};
  const Dims temporal = {3, 1, 1};
  const std::array<int, 4> depths = {3, 4, 6, 3};
  Builder b(request);
  ValueId slow = b.input("slow", {1, 3, request.frames / kFrameRatio, request.size, request.size});
  ValueId fast = b.input("fast", {1, 3, request.frames, request.size, request.size});
  slow = video_stem(b, "blocks.0.multipathway_blocks.0", slow, b.wide(64), {1, 7, 7}, true);
  fast = video_stem(b, "blocks.0.multipathway_blocks.1", fast, b.wide(64 / kThinner), {5, 7, 7}, true);
  slow = fuse(b, "blocks.0", slow, fast);
  for (std::size_t s = 0; s < depths.size(); ++s) {
    const std::string block = cat("blocks.", s + 1);
    const std::int64_t inner = std::int64_t{64} << s;
    const std::int64_t stride = s == 0 ? 1 : 2;
    BottleneckStage stage = {.depth = depths[s],
                             .inner = b.wide(inner),
                             .out = b.wide(4 * inner),
                             .kernels_a = {s < 2 ? point : temporal},
                             .stride = {1, stride, stride}};
    slow = bottleneck_stage(b, block + ".multipathway_blocks.0", slow, stage);
    stage.inner = b.wide(inner / kThinner);
    stage.out = b.wide(4 * inner / kThinner);
    stage.kernels_a = {temporal};
    fast = bottleneck_stage(b, block + ".multipathway_blocks.1", fast, stage);
    if (s + 1 < depths.size()) slow = fuse(b, block, slow, fast);
  }
  slow = head_pool(b, "blocks.5.pool.0", slow);
  fast = head_pool(b, "blocks.5.pool.1", fast);
  const ValueId both = b.concat("blocks.5.concat", {slow, fast});
  return b.finish(projection_head(b, "blocks.6", both, request.classes, false));
}

}  // namespace rt3d::models
