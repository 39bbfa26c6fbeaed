// pytorchvideo's bottleneck stages, shared by its ResNet-like networks and by both pathways of SlowFast.
#pragma once

#include <string>
#include <vector>

#include "models/builder.h"

namespace rt3d::models {

enum class MiddleConv { plain, depthwise, factored };  // factored: temporal, norm, relu, then spatial

struct BottleneckStage {
  int depth = 1;
  std::int64_t inner = 0;
  std::int64_t out = 0;
  std::vector<Dims> kernels_a = {{1, 1, 1}};  // of the first convolution, repeated over the blocks
  Dims kernel_b = {1, 3, 3};
  Dims stride = {1, 1, 1};  // of the first block's middle convolution and shortcut
  MiddleConv middle = MiddleConv::plain;
};

// Blocks `name`.res_blocks.0 … of convolutions a (kernels_a), b (kernel_b) and c (1x1x1) plus shortcut.
ValueId bottleneck_stage(Builder& b, const std::string& name, ValueId x, const BottleneckStage& stage);

// Convolution, norm, relu and, where asked for, a 1x3x3 max pool of stride 1x2x2, named `name`.conv and so
// on.
ValueId video_stem(Builder& b, const std::string& name, ValueId x, std::int64_t channels, const Dims& kernel,
                   bool pool);

// The average over all frames and a window of 7x7 (or the whole plane where it is smaller).
ValueId head_pool(Builder& b, const std::string& name, ValueId x);

// Linear layer at every position, optional softmax, mean over positions, to [n, classes].
ValueId projection_head(Builder& b, const std::string& name, ValueId x, std::int64_t classes, bool softmax);

}  // namespace rt3d::models
