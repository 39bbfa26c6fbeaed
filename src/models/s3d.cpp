// S3D (Xie et al., ECCV 2018) as torchvision writes it: Inception blocks whose 3x3x3 convolutions are a
// spatial and a temporal one, each with normalisation and rectifier; the classifier is a 1x1x1 convolution
// averaged over the clip.
#include <algorithm>

#include "models/builder.h"
#include "models/families.h"

namespace rt3d::models {

namespace {

struct Inception {
  std::int64_t b0, b1_middle, b1, b2_middle, b2, b3;
};

ValueId conv_norm_relu(Builder& b, const std::string& name, ValueId x, std::int64_t out, const Dims& kernel,
                       const Dims& stride = {}) {
  x = b.conv(name + ".0", x, {.channels = out, .kernel = kernel, .stride = stride});
  return b.relu(name + ".2", b.norm(name + ".1", x, 1e-3));
}

ValueId separable(Builder& b, const std::string& name, ValueId x, std::int64_t out, std::int64_t k,
                  std::int64_t stride) {
  x = conv_norm_relu(b, name + ".0", x, out, {1, k, k}, {1, stride, stride});
  return conv_norm_relu(b, name + ".1", x, out, {k, 1, 1}, {stride, 1, 1});
}

ValueId inception(Builder& b, const std::string& name, ValueId x, const Inception& c) {
  const auto squeezed = [&](const std::string& branch, std::int64_t middle, std::int64_t out) {
    const ValueId y = conv_norm_relu(b, name + branch + ".0", x, b.wide(middle), {1, 1, 1});
    return separable(b, name + branch + ".1", y, b.wide(out), 3, 1);
  };
  const ValueId y0 = conv_norm_relu(b, name + ".branch0", x, b.wide(c.b0), {1, 1, 1});
  const ValueId y1 = squeezed(".branch1", c.b1_middle, c.b1);
  const ValueId y2 = squeezed(".branch2", c.b2_middle, c.b2);
  const ValueId pooled = b.max_pool(name + ".branch3.0", x, {.kernel = {3, 3, 3}, .padding = {1, 1, 1}});
  const ValueId y3 = conv_norm_relu(b, name + ".branch3.1", pooled, b.wide(c.b3), {1, 1, 1});
  return b.concat(name + ".concat", {y0, y1, y2, y3});
}

}  // namespace

graph::Graph build_s3d(const MakeRequest& request) {
  const PoolLayer spatial = {.kernel = {1, 3, 3}, .stride = {1, 2, 2}, .padding = {0, 1, 1}};
  Builder b(request);
  ValueId x = b.input("input", {1, 3, request.frames, request.size, request.size});
  x = separable(b, "features.0", x, b.wide(64), 7, 2);
  x = b.max_pool("features.1", x, spatial);
  x = conv_norm_relu(b, "features.2", x, b.wide(64), {1, 1, 1});
  x = separable(b, "features.3", x, b.wide(192), 3, 1);
  x = b.max_pool("features.4", x, spatial);
  x = inception(b, "features.5", x, {64, 96, 128, 16, 32, 32});
  x = inception(b, "features.6", x, {128, 128, 192, 32, 96, 64});
  x = b.max_pool("features.7", x, {.kernel = {3, 3, 3}, .stride = {2, 2, 2}, .padding = {1, 1, 1}});
  x = inception(b, "features.8", x, {192, 96, 208, 16, 48, 64});
  x = inception(b, "features.9", x, {160, 112, 224, 24, 64, 64});
  x = inception(b, "features.10", x, {128, 128, 256, 24, 64, 64});
  x = inception(b, "features.11", x, {112, 144, 288, 32, 64, 64});
  x = inception(b, "features.12", x, {256, 160, 320, 32, 128, 128});
  x = b.max_pool("features.13", x, {.kernel = {2, 2, 2}, .stride = {2, 2, 2}});
  x = inception(b, "features.14", x, {256, 160, 320, 32, 128, 128});
  x = inception(b, "features.15", x, {384, 192, 384, 48, 128, 128});
  // The published kernel is 2x7x7; a smaller clip leaves less to average.
  const Shape& s = b.shape(x);
  x = b.average_pool("avgpool", x,
                     {.kernel = {std::min<std::int64_t>(2, s[2]), std::min<std::int64_t>(7, s[3]),
                                 std::min<std::int64_t>(7, s[4])}});
  x = b.conv("classifier.1", x,
             {.channels = request.classes, .kernel = {1, 1, 1}, .bias = true, .gain = kLinear});
  return b.finish(b.spatial_mean("mean", x, false));
}

}  // namespace rt3d::models
