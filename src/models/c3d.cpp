// C3D (Tran et al., ICCV 2015): eight 3x3x3 convolutions with bias, five max pools, three linear layers. The
// first linear layer takes whatever the last pool leaves, 512 x 1 x 4 x 4 for the default clip.
#include "models/builder.h"
#include "models/families.h"

namespace rt3d::models {

namespace {

struct Layer {
  const char* name;
  std::int64_t channels;  // 0: a pool
  PoolLayer pool;
};

const PoolLayer kHalve = {.kernel = {2, 2, 2}, .stride = {2, 2, 2}};

}  // namespace

graph::Graph build_c3d(const MakeRequest& request) {
  const Layer layers[] = {
      {"conv1", 64, {}},
      {"pool1", 0, {.kernel = {1, 2, 2}, .stride = {1, 2, 2}}},
      {"conv2", 128, {}},
      {"pool2", 0, kHalve},
      {"conv3a", 256, {}},
      {"conv3b", 256, {}},
      {"pool3", 0, kHalve},
      {"conv4a", 512, {}},
      {"conv4b", 512, {}},
      {"pool4", 0, kHalve},
      {"conv5a", 512, {}},
      {"conv5b", 512, {}},
      {"pool5", 0, {.kernel = {2, 2, 2}, .stride = {2, 2, 2}, .padding = {0, 1, 1}}},
  };
  Builder b(request);
  ValueId x = b.input("input", {1, 3, request.frames, request.size, request.size});
  for (const Layer& layer : layers) {
    const std::string name = layer.name;
    if (layer.channels == 0) {
      x = b.max_pool(name, x, layer.pool);
      continue;
    }
    x = b.conv(name, x, {.channels = b.wide(layer.channels), .kernel = {3, 3, 3}, .bias = true});
    x = b.relu(name + ".relu", x);
  }
  x = b.reshape_flat("flatten", x);
  x = b.relu("fc6.relu", b.linear("fc6", x, b.wide(4096), kBeforeRelu));
  x = b.relu("fc7.relu", b.linear("fc7", x, b.wide(4096), kBeforeRelu));
  return b.finish(b.linear("fc8", x, request.classes));
}

}  // namespace rt3d::models
