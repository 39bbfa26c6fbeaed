// Removes nodes whose results nobody reads, and frees the tensors of constants that nobody reads any more.
#include "graph/passes/pass.h"

namespace rt3d::graph {

int remove_dead(Graph& graph, const Evaluator&) {
  std::vector<bool> needed(graph.value_count(), false);
  for (ValueId id : graph.outputs) needed[static_cast<std::size_t>(id)] = true;
  std::vector<bool> dead(graph.nodes.size(), true);
  int count = 0;
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    for (ValueId id : graph.nodes[n].outputs)
      if (id != kNoValue && needed[static_cast<std::size_t>(id)]) dead[n] = false;
    count += dead[n] ? 1 : 0;
    if (dead[n]) continue;
    for (ValueId id : graph.nodes[n].inputs)
      if (id != kNoValue) needed[static_cast<std::size_t>(id)] = true;
  }
  graph.erase_nodes(dead);
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (!needed[i]) graph.value(static_cast<ValueId>(i)).constant.reset();
  return count;
}

}  // namespace rt3d::graph
