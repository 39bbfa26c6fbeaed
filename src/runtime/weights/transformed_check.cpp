#include "runtime/weights/transformed_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "graph/transformed_weights.h"
#include "kernels/winograd_weights.h"

namespace rt3d::runtime {
namespace {

constexpr std::int64_t kSamples =
    256;                        // kernels: chance correlates those of different layers by less than 0.1
constexpr double kLeast = 0.2;  // of the correlation

// Kernels of [oc, ic, …] one after the other, as [kernels, 1, …].
Tensor gathered(const Tensor& weights, const std::vector<std::int64_t>& kernels) {
  const Shape& shape = weights.shape();
  const std::int64_t each = shape.elements(2, shape.rank());
  Shape some = shape;
  some[0] = static_cast<std::int64_t>(kernels.size());
  some[1] = 1;
  Tensor out = Tensor::allocate({DType::f32, some});
  const auto bytes = sizeof(float) * static_cast<std::size_t>(each);
  for (std::size_t i = 0; i < kernels.size(); ++i)
    std::memcpy(out.mutable_data() + i * bytes,
                weights.bytes().data() + static_cast<std::size_t>(kernels[i]) * bytes, bytes);
  return out;
}

// Of the transformed weights with what the spatial ones give, where they are not pruned; NaN where some are not finite.
double correlation(const Tensor& spatial, const graph::TransformedWeights& transformed,
                   const std::array<std::int64_t, 3>& strides) {
  const std::int64_t count = spatial.shape()[0] * spatial.shape()[1];
  std::vector<std::int64_t> kernels;
  Random random(1);
  for (std::int64_t i = 0; i < std::min(count, kSamples); ++i)
    kernels.push_back(count <= kSamples ? i : random.below(count));
  const Tensor expected = kernels::winograd_weights(gathered(spatial, kernels), transformed.tile, strides);
  const Tensor found = gathered(transformed.values, kernels);
  double both = 0, one = 0, other = 0;
  for (std::size_t i = 0; i < found.values<float>().size(); ++i) {
    const double u = static_cast<double>(found.values<float>()[i]),
                 g = static_cast<double>(expected.values<float>()[i]);
    if (u == 0) continue;
    both += u * g;
    one += u * u;
    other += g * g;
  }
  if (one == 0) return 1;  // all pruned
  return other == 0 ? 0 : both / std::sqrt(one * other);
}

}  // namespace

void drop_unrelated_transformed_weights(graph::Graph& graph) {
  for (const graph::Node& node : graph.nodes) {
    if (node.op != "Conv") continue;
    graph::Value& weights = graph.value(node.inputs[1]);
    if (!weights.transformed) continue;
    const double related = correlation(*weights.constant, *weights.transformed, graph::conv_strides(node));
    if (related >= kLeast) continue;
    log(LogLevel::warning, "the transform-domain weights '", weights.transformed->name, "' are ignored: ",
        std::isnan(related)
            ? cat("some are not finite")
            : cat("they are not '", weights.name, "' transformed (correlation ", related, ")"));
    weights.transformed = nullptr;
  }
}

}  // namespace rt3d::runtime
