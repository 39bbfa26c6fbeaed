// Computes now what depends on constants alone. Outputs of the graph stay computed, so that each has a
// producer.
#include "graph/passes/editor.h"
#include "graph/passes/folding.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {

int fold_constants(Graph& graph, const Evaluator& evaluate) {
  return Editor(graph).walk([&](Editor& e, int n) {
    for (ValueId id : e.node(n).outputs)
      if (id == kNoValue || e.is_output(id)) return false;
    if (!fold_node(e.graph, e.node(n), evaluate)) return false;
    e.kill(n);
    return true;
  });
}

}  // namespace rt3d::graph
