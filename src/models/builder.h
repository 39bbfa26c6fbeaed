// Layer-level language in which the architectures are written: each call appends the ONNX nodes that PyTorch
// exports for one layer, named by its module path, and returns its output. Shapes are computed on the way;
// weights are generated from the seed and the weight's name, so that they do not depend on the order of
// calls. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "models/models.h"

namespace rt3d::models {

using Dims = std::vector<std::int64_t>;
using graph::ValueId;

// Variance gain of a layer's weights: He's 2 where a rectifier follows, else 1.
inline constexpr double kBeforeRelu = 2.0;
inline constexpr double kLinear = 1.0;

// Mean scale of the last normalisation of a residual branch: deep sums stay in range.
inline constexpr float kBranchScale = 0.5f;

struct ConvLayer {
  std::int64_t channels = 0;  // output channels
  Dims kernel;                // padding is kernel / 2 in every dimension
  Dims stride = {};           // empty: 1
  std::int64_t groups = 1;
  bool bias = false;
  double gain = kBeforeRelu;
};

struct PoolLayer {
  Dims kernel;
  Dims stride = {};   // empty: 1
  Dims padding = {};  // empty: 0
};

class Builder {
 public:
  // `request` has its defaults filled in.
  explicit Builder(const MakeRequest& request);

  // An inner channel count times the request's width, at least 1.
  std::int64_t wide(std::int64_t channels) const;
  const Shape& shape(ValueId x) const { return graph_.value(x).desc.shape; }
  std::int64_t channels(ValueId x) const { return shape(x)[1]; }

  ValueId input(const std::string& name, const Shape& shape);
  ValueId conv(const std::string& name, ValueId x, const ConvLayer& layer);
  ValueId norm(const std::string& name, ValueId x, double epsilon = 1e-5, float scale = 1.0f);
  ValueId linear(const std::string& name, ValueId x, std::int64_t features,
                 double gain = kLinear);  // x is [n, k]
  // nn.Linear over the channels of n c d h w: Transpose, MatMul, Add, Transpose.
  ValueId linear_channels(const std::string& name, ValueId x, std::int64_t features);

  ValueId relu(const std::string& name, ValueId x) { return unary("Relu", name, x); }
  ValueId sigmoid(const std::string& name, ValueId x) { return unary("Sigmoid", name, x); }
  ValueId relu6(const std::string& name, ValueId x);
  ValueId swish(const std::string& name, ValueId x);
  ValueId softmax(const std::string& name, ValueId x, std::int64_t axis);
  ValueId add(const std::string& name, ValueId a, ValueId b) { return binary("Add", name, a, b); }
  ValueId multiply(const std::string& name, ValueId a, ValueId b) { return binary("Mul", name, a, b); }
  ValueId concat(const std::string& name, const std::vector<ValueId>& parts);  // along the channels

  ValueId max_pool(const std::string& name, ValueId x, const PoolLayer& layer) {
    return pool("MaxPool", name, x, layer);
  }
  ValueId average_pool(const std::string& name, ValueId x, const PoolLayer& layer) {
    return pool("AveragePool", name, x, layer);
  }
  ValueId global_average_pool(const std::string& name, ValueId x);
  ValueId spatial_mean(const std::string& name, ValueId x,
                       bool keep_dims);                      // ReduceMean over all but n and c
  ValueId flatten(const std::string& name, ValueId x);       // to [n, rest]
  ValueId reshape_flat(const std::string& name, ValueId x);  // the same as a Reshape

  // Squeeze-and-excitation: x times a sigmoid gate computed from its mean through `reduced` channels.
  ValueId squeeze_excite(const std::string& name, ValueId x, std::int64_t reduced);

  // Names `output` and gives the graph away.
  graph::Graph finish(ValueId output);

 private:
  ValueId unary(const char* op, const std::string& name, ValueId x);
  ValueId binary(const char* op, const std::string& name, ValueId a, ValueId b);
  ValueId pool(const char* op, const std::string& name, ValueId x, const PoolLayer& layer);
  ValueId transpose(const std::string& name, ValueId x, const Dims& perm);
  ValueId emit(const char* op, const std::string& name, std::vector<ValueId> inputs, Shape shape,
               Attributes attributes = {});
  ValueId uniform(const std::string& name, const Shape& shape, double low, double high);
  ValueId weights(const std::string& name, const Shape& shape, std::int64_t fan_in, double gain);
  Shape window_output(const std::string& name, ValueId x, std::int64_t channels, const Dims& kernel,
                      const Dims& stride, const Dims& padding) const;

  graph::Graph graph_;
  double width_;
  std::uint64_t seed_;
};

}  // namespace rt3d::models
