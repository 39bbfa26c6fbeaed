// Removes what changes nothing: Identity, Dropout, Reshape to the same shape, Concat of one, Slice of
// everything, Pad by nothing, Transpose in order. Where such a node names an output of the graph, its
// producer takes the name over; where that is impossible (the source is an input, a constant or an output
// itself) it stays as a Reshape.
#include <algorithm>

#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

bool changes_nothing(const Editor& e, const Node& node) {
  const auto same_desc = [&] {
    return e.graph.value(node.inputs[0]).desc == e.graph.value(node.outputs[0]).desc;
  };
  if (node.op == "Identity" || node.op == "Dropout") return true;
  if (node.op == "Concat") return node.inputs.size() == 1;
  if (node.op == "Reshape" || node.op == "ReduceMean")
    return same_desc() && (node.op == "Reshape" || node.attributes.integers("axes", {0}).empty());
  if (node.op == "Pad") {
    const auto pads = node.attributes.integers("pads", {1});
    return std::all_of(pads.begin(), pads.end(), [](std::int64_t p) { return p == 0; });
  }
  if (node.op == "Slice") {
    const auto steps = node.attributes.integers("steps", {0});
    return same_desc() && std::all_of(steps.begin(), steps.end(), [](std::int64_t s) { return s == 1; });
  }
  if (node.op == "Transpose") {
    const auto perm = node.attributes.integers("perm", {1, 0});
    return std::is_sorted(perm.begin(), perm.end());
  }
  return false;
}

bool remove(Editor& e, int n) {
  Node& node = e.node(n);
  if (!changes_nothing(e, node)) return false;
  const ValueId from = node.inputs[0];
  const ValueId to = node.outputs[0];
  if (!e.is_output(to)) {
    e.kill(n);
    e.replace_inputs(to, from);
    return true;
  }
  const int producer = e.producer(from);
  if (producer < 0 || e.is_output(from)) {
    const bool changed = node.op != "Reshape";
    node.op = "Reshape";
    node.inputs.resize(1);
    node.attributes = {};
    return changed;
  }
  e.kill(n);
  e.replace_inputs(from, to);
  for (ValueId& id : e.node(producer).outputs)
    if (id == from) id = to;
  return true;
}

}  // namespace

int remove_identity(Graph& graph, const Evaluator&) { return Editor(graph).walk(remove); }

}  // namespace rt3d::graph
