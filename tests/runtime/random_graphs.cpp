#include "runtime/random_graphs.h"

#include "graph/ops/op_table.h"
#include "runtime/random_graph_maker.h"

namespace rt3d::tests {

std::vector<ValueId> GraphMaker::emit(const char* op, std::vector<ValueId> inputs, Attributes attributes,
                                      int outputs) {
  Node node;
  node.op = op;
  node.name = cat(op, "_", graph_.nodes.size());
  node.inputs = std::move(inputs);
  node.attributes = std::move(attributes);
  for (int i = 0; i < outputs; ++i) node.outputs.push_back(graph_.add_value(cat("v", names_++)));
  try {
    graph::infer_node(graph_, node);
  } catch (const Error&) {
    return {};
  }
  for (ValueId id : node.outputs) {
    const Shape& made = shape(id);
    if (made.rank() == 0 || made.elements() == 0 || made.elements() > most_elements_) return {};
  }
  live_.insert(live_.end(), node.outputs.begin(), node.outputs.end());
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.back().outputs;
}

Graph GraphMaker::make() {
  graph_.name = "random";
  large_ = once_in(8);
  if (large_) most_elements_ = kMostElementsOfLarge;
  const int rank = large_ ? 5 : once_in(6) ? 4 : once_in(12) ? 3 : 5;
  for (std::int64_t inputs = once_in(5) ? 2 : 1; inputs > 0; --inputs) {
    Integers dims{!large_ && once_in(4) ? 2 : 1, large_ ? between(16, 32) : between(1, 18)};
    for (int i = 2; i < rank; ++i)
      dims.push_back(large_ ? between(i == 2 ? 2 : 8, i == 2 ? 4 : 14) : between(1, i == 2 ? 6 : 12));
    const ValueId id = graph_.add_value(cat("x", inputs), {DType::f32, Shape(dims)}, true);
    graph_.inputs.push_back(id);
    live_.push_back(id);
  }
  const auto nodes = static_cast<std::size_t>(between(1, 14));
  for (int tries = 0; tries < 60 && graph_.nodes.size() < nodes; ++tries) add_any_operator();
  if (graph_.nodes.empty()) emit("Relu", {live_[0]});
  // Every value that nobody reads is an output, and sometimes one that is read.
  const Graph::Uses uses = graph_.uses();
  for (const Node& node : graph_.nodes)
    for (ValueId id : node.outputs)
      if (uses.consumers[static_cast<std::size_t>(id)].empty() || once_in(12)) graph_.outputs.push_back(id);
  return std::move(graph_);
}

Graph random_graph(std::uint64_t seed) { return GraphMaker(seed).make(); }

}  // namespace rt3d::tests
