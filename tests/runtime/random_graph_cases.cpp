// What a random graph is tried with: numbers for its inputs, and itself with a node less.
#include <algorithm>
#include <iterator>
#include <limits>

#include "base/random.h"
#include "runtime/random_graphs.h"

namespace rt3d::tests {
namespace {

using graph::Graph;
using graph::Node;
using graph::ValueId;

float extreme(Random& random) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  static constexpr float kValues[] = {std::numeric_limits<float>::quiet_NaN(),
                                      kInfinity,
                                      -kInfinity,
                                      3e38f,
                                      -3e38f,
                                      1e-40f,
                                      -1e-42f,
                                      1e20f,
                                      -0.0f};
  return kValues[random.below(std::size(kValues))];
}

}  // namespace

std::vector<Tensor> random_inputs(const Graph& graph, std::uint64_t seed, bool extremes) {
  Random random(seed ^ 0x1234567);
  std::vector<Tensor> inputs;
  for (ValueId id : graph.inputs) {
    Tensor tensor = Tensor::allocate(graph.value(id).desc);
    for (float& value : tensor.mutable_values<float>()) value = random.normal();
    const auto values = tensor.mutable_values<float>();
    for (std::int64_t i = extremes ? 1 + random.below(3) : 0; i > 0; --i)
      values[static_cast<std::size_t>(random.below(tensor.elements()))] = extreme(random);
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

Graph without_last_node(const Graph& graph) {
  if (graph.nodes.size() <= 1) return graph;
  Graph shorter = graph;
  const Node last = shorter.nodes.back();
  shorter.nodes.pop_back();
  std::erase_if(shorter.outputs, [&](ValueId id) {
    return std::find(last.outputs.begin(), last.outputs.end(), id) != last.outputs.end();
  });
  const Graph::Uses uses = shorter.uses();
  for (ValueId id : last.inputs)
    if (id != graph::kNoValue && uses.producer[static_cast<std::size_t>(id)] >= 0 && !shorter.is_output(id))
      shorter.outputs.push_back(id);
  if (shorter.outputs.empty()) shorter.outputs = shorter.nodes.back().outputs;
  return shorter;
}

}  // namespace rt3d::tests
