#include "pruner/runs/initialize.h"

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "graph/graph.h"
#include "pruner/winograd_conv.h"

namespace rt3d::pruner {
namespace {

// How many numbers one output is a sum of.
std::int64_t inputs_of_filter(Network& network, const Parameter& weights) {
  const at::Tensor& values = weights.values;
  for (const graph::Node& node : network.graph().nodes) {
    if (node.inputs.size() < 2 || network.parameter(node.inputs[1]) != &weights) continue;
    if (node.op == "MatMul" || (node.op == "Gemm" && node.attributes.integer("transB", 0) == 0))
      return values.size(-2);
  }
  return values.numel() / values.size(0);
}

}  // namespace

void initialize(Network& network, std::uint64_t seed) {
  const at::NoGradGuard without_gradients;
  Random random(seed);
  for (const graph::Node& node : network.graph().nodes)
    if (is_transformed(node))
      fail(Code::unsupported, "'", node.name,
           "' has weights in Winograd's transform domain, too, which are nothing to begin from: take the "
           "dense model");
  for (Parameter& parameter : network.parameters()) {
    const bool is_one = parameter.role == Role::scale || parameter.role == Role::variance;
    if (parameter.role != Role::weight) {
      parameter.values.fill_(is_one ? 1 : 0);
      continue;
    }
    const float bound = std::sqrt(6.0F / static_cast<float>(inputs_of_filter(network, parameter)));
    float* values = parameter.values.data_ptr<float>();
    for (std::int64_t i = 0; i < parameter.values.numel(); ++i) values[i] = random.uniform(-bound, bound);
  }
}

}  // namespace rt3d::pruner
