// Architectures of well-known video (and a few image) networks with seeded random weights: what benchmarks,
// tests and tutorials run when trained weights are not at hand. Structure, parameter counts and operator mix
// are those of the published PyTorch models in eval mode, with BatchNormalization nodes left unfused; dropout
// is left out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/shape.h"
#include "graph/graph.h"

namespace rt3d::models {

// One row of the table of models, at the defaults of MakeRequest.
struct ModelInfo {
  std::string name;
  std::string summary;        // one phrase with the paper's or package's name
  std::vector<Shape> inputs;  // n c d h w; n c h w for image networks
  std::int64_t classes = 0;
  std::int64_t parameters = 0;  // as published: weights, biases, BatchNormalization scale and shift
  std::int64_t macs = 0;        // multiply-accumulates of convolutions and linear layers, padding included
};

// All models, video networks first.
std::vector<ModelInfo> list();

// The row of one model; throws invalid_argument naming all models when there is none.
ModelInfo find(const std::string& name);

struct MakeRequest {
  std::string name;
  std::int64_t classes = 0;  // 0: the model's default
  std::int64_t frames =
      0;  // 0: the model's default; must be 0 for image networks; slowfast counts the fast pathway's
  std::int64_t size = 0;  // height and width in pixels; 0: the model's default
  double width = 1.0;     // every inner channel count is multiplied by this, in (0, 2]
  std::uint64_t seed = 1;
};

// Builds the graph; all shapes are known and the batch is 1. Weights are uniform with He's variance,
// normalisations are near identity, so that activations keep their scale from the input (of variance about 1)
// to the classifier. The same request gives the same weights on every machine. Throws invalid_argument for an
// unknown name, a value out of range or a clip that the network pools away.
graph::Graph build(const MakeRequest& request);

}  // namespace rt3d::models
