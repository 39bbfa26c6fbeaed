// X3D (Feichtenhofer, CVPR 2020) as pytorchvideo writes it: a factored stem, four stages of inverted
// bottlenecks around a 3x3x3 depthwise convolution with a swish, every other block with
// squeeze-and-excitation, and a head that widens before and after pooling. XS, S and M share one network and
// differ in the clip.
#include <algorithm>

#include "models/builder.h"
#include "models/families.h"

namespace rt3d::models {

namespace {

struct Block {
  std::int64_t out, inner, stride;
  bool gate;  // squeeze-and-excitation
};

// A sixteenth of the channels, to the nearest multiple of 8 and not more than a tenth below.
std::int64_t reduced_channels(std::int64_t channels) {
  const double sixteenth = static_cast<double>(channels) / 16.0;
  const auto reduced = std::max<std::int64_t>(8, static_cast<std::int64_t>(sixteenth + 4.0) / 8 * 8);
  return static_cast<double>(reduced) < 0.9 * sixteenth ? reduced + 8 : reduced;
}

ValueId residual(Builder& b, const std::string& name, ValueId x, const Block& block) {
  const std::string path = name + ".branch2";
  const Dims stride = {1, block.stride, block.stride};
  ValueId y = b.conv(path + ".conv_a", x, {.channels = block.inner, .kernel = {1, 1, 1}});
  y = b.relu(path + ".act_a", b.norm(path + ".norm_a", y));
  y = b.conv(path + ".conv_b", y,
             {.channels = block.inner, .kernel = {3, 3, 3}, .stride = stride, .groups = block.inner});
  y = b.norm(path + ".norm_b.0", y);
  if (block.gate) y = b.squeeze_excite(path + ".norm_b.1", y, reduced_channels(block.inner));
  y = b.swish(path + ".act_b", y);
  y = b.conv(path + ".conv_c", y, {.channels = block.out, .kernel = {1, 1, 1}, .gain = kLinear});
  y = b.norm(path + ".norm_c", y, 1e-5, kBranchScale);
  const bool widens = b.channels(x) != block.out;
  if (widens || block.stride != 1) {
    x = b.conv(name + ".branch1_conv", x,
               {.channels = block.out, .kernel = {1, 1, 1}, .stride = stride, .gain = kLinear});
    if (widens) x = b.norm(name + ".branch1_norm", x);
  }
  return b.relu(name + ".activation", b.add(name + ".add", x, y));
}

ValueId head(Builder& b, ValueId x, std::int64_t inner, std::int64_t classes) {
  x = b.conv("blocks.5.pool.pre_conv", x, {.channels = inner, .kernel = {1, 1, 1}});
  x = b.relu("blocks.5.pool.pre_act", b.norm("blocks.5.pool.pre_norm", x));
  const Shape& s = b.shape(x);
  x = b.average_pool("blocks.5.pool.pool", x, {.kernel = {s[2], s[3], s[4]}});
  x = b.conv("blocks.5.pool.post_conv", x, {.channels = b.wide(2048), .kernel = {1, 1, 1}});
  x = b.relu("blocks.5.pool.post_act", x);
  x = b.linear_channels("blocks.5.proj", x, classes);
  x = b.softmax("blocks.5.activation", x, 1);
  x = b.global_average_pool("blocks.5.output_pool", x);
  return b.reshape_flat("blocks.5.view", x);
}

}  // namespace

graph::Graph build_x3d(const MakeRequest& request) {
  struct Stage {
    std::int64_t depth, channels;
  };
  const Stage stages[] = {{3, 24}, {5, 48}, {11, 96}, {7, 192}};
  Builder b(request);
  ValueId x = b.input("input", {1, 3, request.frames, request.size, request.size});
  const std::int64_t stem = b.wide(24);
  x = b.conv("blocks.0.conv.conv_t", x,
             {.channels = stem, .kernel = {1, 3, 3}, .stride = {1, 2, 2}, .gain = kLinear});
  x = b.conv("blocks.0.conv.conv_xy", x, {.channels = stem, .kernel = {5, 1, 1}, .groups = stem});
  x = b.relu("blocks.0.activation", b.norm("blocks.0.norm", x));
  std::int64_t inner = 0;
  for (std::size_t s = 0; s < std::size(stages); ++s) {
    const std::int64_t out = b.wide(stages[s].channels);
    inner = out * 9 / 4;
    for (std::int64_t i = 0; i < stages[s].depth; ++i) {
      const std::string name = cat("blocks.", s + 1, ".res_blocks.", i);
      x = residual(b, name, x, {.out = out, .inner = inner, .stride = i == 0 ? 2 : 1, .gate = i % 2 == 0});
    }
  }
  return b.finish(head(b, x, inner, request.classes));
}

}  // namespace rt3d::models
