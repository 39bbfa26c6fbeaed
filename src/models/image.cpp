// Image networks as torchvision writes them: VGG-16 (Simonyan and Zisserman, 2014), ResNet-18 and ResNet-50
// (He et al., CVPR 2016) and MobileNetV2 (Sandler et al., CVPR 2018). VGG's first linear layer takes whatever
// the last pool leaves, 512 x 7 x 7 at the default size.
#include <array>
#include <vector>

#include "base/error.h"
#include "models/builder.h"
#include "models/families.h"

namespace rt3d::models {

namespace {

ValueId image_input(Builder& b, const MakeRequest& request) {
  return b.input("input", {1, 3, request.size, request.size});
}

ValueId shortcut(Builder& b, const std::string& name, ValueId x, std::int64_t out, std::int64_t stride) {
  if (stride == 1 && b.channels(x) == out) return x;
  x = b.conv(name + ".0", x,
             {.channels = out, .kernel = {1, 1}, .stride = {stride, stride}, .gain = kLinear});
  return b.norm(name + ".1", x);
}

ValueId residual(Builder& b, const std::string& name, ValueId x, std::int64_t planes, std::int64_t stride,
                 bool bottleneck) {
  struct Layer {
    std::int64_t channels, k, stride;
  };
  const std::int64_t inner = b.wide(planes);
  const std::int64_t out = bottleneck ? b.wide(4 * planes) : inner;
  const std::vector<Layer> layers = bottleneck
                                        ? std::vector<Layer>{{inner, 1, 1}, {inner, 3, stride}, {out, 1, 1}}
                                        : std::vector<Layer>{{inner, 3, stride}, {out, 3, 1}};
  ValueId y = x;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const auto& [channels, k, s] = layers[i];
    const bool last = i + 1 == layers.size();
    y = b.conv(
        cat(name, ".conv", i + 1), y,
        {.channels = channels, .kernel = {k, k}, .stride = {s, s}, .gain = last ? kLinear : kBeforeRelu});
    y = b.norm(cat(name, ".bn", i + 1), y, 1e-5, last ? kBranchScale : 1.0f);
    if (!last) y = b.relu(cat(name, ".relu", i + 1), y);
  }
  x = shortcut(b, name + ".downsample", x, out, stride);
  return b.relu(name + ".relu", b.add(name + ".add", y, x));
}

graph::Graph build_resnet(const MakeRequest& request, const std::array<int, 4>& depths, bool bottleneck) {
  Builder b(request);
  ValueId x = image_input(b, request);
  x = b.conv("conv1", x, {.channels = b.wide(64), .kernel = {7, 7}, .stride = {2, 2}});
  x = b.relu("relu", b.norm("bn1", x));
  x = b.max_pool("maxpool", x, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}});
  for (std::size_t stage = 0; stage < depths.size(); ++stage)
    for (int i = 0; i < depths[stage]; ++i)
      x = residual(b, cat("layer", stage + 1, ".", i), x, std::int64_t{64} << stage,
                   stage > 0 && i == 0 ? 2 : 1, bottleneck);
  x = b.flatten("flatten", b.global_average_pool("avgpool", x));
  return b.finish(b.linear("fc", x, request.classes));
}

ValueId conv_norm_relu6(Builder& b, const std::string& name, ValueId x, const ConvLayer& layer) {
  x = b.conv(name + ".0", x, layer);
  return b.relu6(name + ".2", b.norm(name + ".1", x));
}

ValueId inverted_residual(Builder& b, const std::string& name, ValueId x, std::int64_t expand,
                          std::int64_t out, std::int64_t stride) {
  const std::int64_t inner = b.channels(x) * expand;
  const std::string path = name + ".conv.";
  int part = 0;
  ValueId y = x;
  if (expand != 1) y = conv_norm_relu6(b, cat(path, part++), y, {.channels = inner, .kernel = {1, 1}});
  y = conv_norm_relu6(b, cat(path, part++), y,
                      {.channels = inner, .kernel = {3, 3}, .stride = {stride, stride}, .groups = inner});
  y = b.conv(cat(path, part++), y, {.channels = out, .kernel = {1, 1}, .gain = kLinear});
  y = b.norm(cat(path, part), y);
  return stride == 1 && b.channels(x) == out ? b.add(name + ".add", x, y) : y;
}

}  // namespace

graph::Graph build_vgg16(const MakeRequest& request) {
  constexpr int kPool = 0;
  const int layers[] = {64,    64,  kPool, 128, 128,   kPool, 256, 256, 256,
                        kPool, 512, 512,   512, kPool, 512,   512, 512, kPool};
  Builder b(request);
  ValueId x = image_input(b, request);
  int index = 0;
  for (const int channels : layers) {
    if (channels == kPool) {
      x = b.max_pool(cat("features.", index++), x, {.kernel = {2, 2}, .stride = {2, 2}});
      continue;
    }
    x = b.conv(cat("features.", index++), x, {.channels = b.wide(channels), .kernel = {3, 3}, .bias = true});
    x = b.relu(cat("features.", index++), x);
  }
  x = b.flatten("flatten", x);
  x = b.relu("classifier.1", b.linear("classifier.0", x, b.wide(4096), kBeforeRelu));
  x = b.relu("classifier.4", b.linear("classifier.3", x, b.wide(4096), kBeforeRelu));
  return b.finish(b.linear("classifier.6", x, request.classes));
}

graph::Graph build_resnet18(const MakeRequest& request) { return build_resnet(request, {2, 2, 2, 2}, false); }

graph::Graph build_resnet50(const MakeRequest& request) { return build_resnet(request, {3, 4, 6, 3}, true); }

graph::Graph build_mobilenet_v2(const MakeRequest& request) {
  struct Stage {
    std::int64_t expand, channels, depth, stride;
  };
  const Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                          {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  Builder b(request);
  ValueId x = image_input(b, request);
  int index = 0;
  x = conv_norm_relu6(b, cat("features.", index++), x,
                      {.channels = b.wide(32), .kernel = {3, 3}, .stride = {2, 2}});
  for (const Stage& stage : stages)
    for (std::int64_t i = 0; i < stage.depth; ++i)
      x = inverted_residual(b, cat("features.", index++), x, stage.expand, b.wide(stage.channels),
                            i == 0 ? stage.stride : 1);
  x = conv_norm_relu6(b, cat("features.", index), x, {.channels = b.wide(1280), .kernel = {1, 1}});
  x = b.flatten("flatten", b.global_average_pool("avgpool", x));
  return b.finish(b.linear("classifier.1", x, request.classes));
}

}  // namespace rt3d::models
