// A Transpose of a Transpose becomes one; a Transpose that only moves dimensions of 1 becomes a Reshape.
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

bool moves_nothing(const Shape& shape, const List& perm) {
  std::int64_t last = -1;
  for (std::int64_t p : perm) {
    if (shape[static_cast<int>(p)] == 1) continue;
    if (p < last) return false;
    last = p;
  }
  return true;
}

bool cancel(Editor& e, int n) {
  Node& node = e.node(n);
  if (node.op != "Transpose" || !node.attributes.has("perm")) return false;
  List perm = node.attributes.integers("perm", {});
  if (moves_nothing(e.shape(node.inputs[0]), perm)) {
    node.op = "Reshape";
    node.attributes = {};
    return true;
  }
  const int before = e.producer(node.inputs[0], "Transpose");
  if (before < 0 || !e.node(before).attributes.has("perm")) return false;
  const List first = e.node(before).attributes.integers("perm", {});
  for (std::int64_t& p : perm) p = first[static_cast<std::size_t>(p)];
  node.attributes.set("perm", perm);
  node.inputs[0] = e.node(before).inputs[0];
  return true;
}

}  // namespace

int cancel_transposes(Graph& graph, const Evaluator&) { return Editor(graph).walk(cancel); }

}  // namespace rt3d::graph
