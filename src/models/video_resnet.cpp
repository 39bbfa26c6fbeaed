// R3D-18, MC3-18 and R(2+1)D-18 (Tran et al., CVPR 2018) as torchvision writes them: a stem and four stages
// of two basic blocks, whose 3x3x3 convolutions are full, spatial only, or factored into a spatial and a
// temporal one with a normalisation and rectifier between. The factored middle has as many channels as keep
// the parameter count.
#include <algorithm>
#include <array>

#include "models/builder.h"
#include "models/families.h"

namespace rt3d::models {

namespace {

enum class Unit { full, spatial, factored };

std::int64_t middle_channels(std::int64_t in, std::int64_t out) {
  return std::max<std::int64_t>(1, in * out * 27 / (in * 9 + 3 * out));
}

// nn.Sequential(unit, norm): the unit is `name`.0, its normalisation `name`.1.
ValueId conv_norm(Builder& b, const std::string& name, ValueId x, Unit unit, std::int64_t out,
                  std::int64_t middle, std::int64_t stride, float scale, double gain) {
  const std::string path = name + ".0";
  if (unit == Unit::factored) {
    x = b.conv(path + ".0", x, {.channels = middle, .kernel = {1, 3, 3}, .stride = {1, stride, stride}});
    x = b.relu(path + ".2", b.norm(path + ".1", x));
    x = b.conv(path + ".3", x,
               {.channels = out, .kernel = {3, 1, 1}, .stride = {stride, 1, 1}, .gain = gain});
  } else if (unit == Unit::spatial) {
    x = b.conv(path, x, {.channels = out, .kernel = {1, 3, 3}, .stride = {1, stride, stride}, .gain = gain});
  } else {
    x = b.conv(path, x,
               {.channels = out, .kernel = {3, 3, 3}, .stride = {stride, stride, stride}, .gain = gain});
  }
  return b.norm(name + ".1", x, 1e-5, scale);
}

ValueId basic_block(Builder& b, const std::string& name, ValueId x, Unit unit, std::int64_t out,
                    std::int64_t stride) {
  const std::int64_t middle = middle_channels(b.channels(x), out);
  ValueId y = conv_norm(b, name + ".conv1", x, unit, out, middle, stride, 1.0f, kBeforeRelu);
  y = b.relu(name + ".conv1.2", y);
  y = conv_norm(b, name + ".conv2", y, unit, out, middle, 1, kBranchScale, kLinear);
  if (stride != 1 || b.channels(x) != out) {
    const std::int64_t temporal = unit == Unit::spatial ? 1 : stride;
    x = b.conv(name + ".downsample.0", x,
               {.channels = out, .kernel = {1, 1, 1}, .stride = {temporal, stride, stride}, .gain = kLinear});
    x = b.norm(name + ".downsample.1", x);
  }
  return b.relu(name + ".relu", b.add(name + ".add", y, x));
}

ValueId stem(Builder& b, ValueId x, bool factored) {
  if (!factored) {
    x = b.conv("stem.0", x, {.channels = b.wide(64), .kernel = {3, 7, 7}, .stride = {1, 2, 2}});
    return b.relu("stem.2", b.norm("stem.1", x));
  }
  x = b.conv("stem.0", x, {.channels = b.wide(45), .kernel = {1, 7, 7}, .stride = {1, 2, 2}});
  x = b.relu("stem.2", b.norm("stem.1", x));
  x = b.conv("stem.3", x, {.channels = b.wide(64), .kernel = {3, 1, 1}});
  return b.relu("stem.5", b.norm("stem.4", x));
}

graph::Graph build_18(const MakeRequest& request, bool factored_stem, const std::array<Unit, 4>& units) {
  Builder b(request);
  ValueId x = b.input("input", {1, 3, request.frames, request.size, request.size});
  x = stem(b, x, factored_stem);
  for (std::size_t stage = 0; stage < units.size(); ++stage) {
    const std::int64_t out = b.wide(std::int64_t{64} << stage);
    const std::string name = "layer" + std::to_string(stage + 1);
    x = basic_block(b, name + ".0", x, units[stage], out, stage == 0 ? 1 : 2);
    x = basic_block(b, name + ".1", x, units[stage], out, 1);
  }
  x = b.flatten("flatten", b.global_average_pool("avgpool", x));
  return b.finish(b.linear("fc", x, request.classes));
}

}  // namespace

graph::Graph build_r3d_18(const MakeRequest& request) {
  return build_18(request, false, {Unit::full, Unit::full, Unit::full, Unit::full});
}

graph::Graph build_mc3_18(const MakeRequest& request) {
  return build_18(request, false, {Unit::full, Unit::spatial, Unit::spatial, Unit::spatial});
}

graph::Graph build_r2plus1d_18(const MakeRequest& request) {
  return build_18(request, true, {Unit::factored, Unit::factored, Unit::factored, Unit::factored});
}

}  // namespace rt3d::models
