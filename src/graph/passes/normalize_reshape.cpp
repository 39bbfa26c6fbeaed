// Flatten, Squeeze, Unsqueeze and Reshape become a Reshape whose target is its output's shape; a Reshape of a
// Reshape reads the first one's input.
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

bool become_reshape(Editor& e, int n) {
  Node& node = e.node(n);
  bool changed = false;
  if (node.op == "Flatten" || node.op == "Squeeze" || node.op == "Unsqueeze" ||
      (node.op == "Reshape" && (node.inputs.size() > 1 || !node.attributes.empty()))) {
    node.op = "Reshape";
    node.inputs.resize(1);
    node.attributes = {};
    changed = true;
  }
  if (node.op != "Reshape") return changed;
  const int before = e.producer(node.inputs[0], "Reshape");
  if (before < 0) return changed;
  node.inputs[0] = e.node(before).inputs[0];
  return true;
}

}  // namespace

int normalize_reshape(Graph& graph, const Evaluator&) { return Editor(graph).walk(become_reshape); }

}  // namespace rt3d::graph
