#include "models/bottleneck.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::models {

namespace {

ValueId middle_conv(Builder& b, const std::string& path, ValueId x, const BottleneckStage& stage,
                    const Dims& stride) {
  if (stage.middle == MiddleConv::factored) {
    x = b.conv(path + ".conv_b.conv_t", x,
               {.channels = stage.inner, .kernel = {stage.kernel_b[0], 1, 1}, .stride = {stride[0], 1, 1}});
    x = b.relu(path + ".conv_b.activation", b.norm(path + ".conv_b.norm", x));
    return b.conv(path + ".conv_b.conv_xy", x,
                  {.channels = stage.inner,
                   .kernel = {1, stage.kernel_b[1], stage.kernel_b[2]},
                   .stride = {1, stride[1], stride[2]}});
  }
  const std::int64_t groups = stage.middle == MiddleConv::depthwise ? stage.inner : 1;
  return b.conv(path + ".conv_b", x,
                {.channels = stage.inner, .kernel = stage.kernel_b, .stride = stride, .groups = groups});
}

}  // namespace

ValueId bottleneck_stage(Builder& b, const std::string& name, ValueId x, const BottleneckStage& stage) {
  for (int i = 0; i < stage.depth; ++i) {
    const std::string block = cat(name, ".res_blocks.", i);
    const std::string path = block + ".branch2";
    const Dims stride = i == 0 ? stage.stride : Dims{1, 1, 1};
    const Dims& kernel_a = stage.kernels_a[static_cast<std::size_t>(i) % stage.kernels_a.size()];
    ValueId y = b.conv(path + ".conv_a", x, {.channels = stage.inner, .kernel = kernel_a});
    y = b.relu(path + ".act_a", b.norm(path + ".norm_a", y));
    y = middle_conv(b, path, y, stage, stride);
    y = b.relu(path + ".act_b", b.norm(path + ".norm_b", y));
    y = b.conv(path + ".conv_c", y, {.channels = stage.out, .kernel = {1, 1, 1}, .gain = kLinear});
    y = b.norm(path + ".norm_c", y, 1e-5, kBranchScale);
    if (i == 0) {
      x = b.conv(block + ".branch1_conv", x,
                 {.channels = stage.out, .kernel = {1, 1, 1}, .stride = stride, .gain = kLinear});
      x = b.norm(block + ".branch1_norm", x);
    }
    x = b.relu(block + ".activation", b.add(block + ".add", x, y));
  }
  return x;
}

ValueId video_stem(Builder& b, const std::string& name, ValueId x, std::int64_t channels, const Dims& kernel,
                   bool pool) {
  x = b.conv(name + ".conv", x, {.channels = channels, .kernel = kernel, .stride = {1, 2, 2}});
  x = b.relu(name + ".activation", b.norm(name + ".norm", x));
  if (!pool) return x;
  return b.max_pool(name + ".pool", x, {.kernel = {1, 3, 3}, .stride = {1, 2, 2}, .padding = {0, 1, 1}});
}

ValueId head_pool(Builder& b, const std::string& name, ValueId x) {
  const Shape& s = b.shape(x);
  return b.average_pool(name, x,
                        {.kernel = {s[2], std::min<std::int64_t>(7, s[3]), std::min<std::int64_t>(7, s[4])}});
}

ValueId projection_head(Builder& b, const std::string& name, ValueId x, std::int64_t classes, bool softmax) {
  x = b.linear_channels(name + ".proj", x, classes);
  if (softmax) x = b.softmax(name + ".activation", x, 1);
  x = b.global_average_pool(name + ".output_pool", x);
  return b.reshape_flat(name + ".view", x);
}

}  // namespace rt3d::models
