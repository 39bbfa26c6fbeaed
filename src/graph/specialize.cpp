// Fixes input shapes, then walks the graph once: infers every shape and replaces by constants what depends on none of the
// inputs' data, so that the shape arithmetic of exporters disappears.
#include <algorithm>

#include "base/error.h"
#include "graph/folding.h"
#include "graph/model.h"
#include "graph/ops/op_table.h"

namespace rt3d::graph {
namespace {

void fix_input(Value& input, const Shape* given) {
  Shape& shape = input.desc.shape;
  if (given) {
    bool fits = given->rank() == shape.rank();
    for (int i = 0; fits && i < shape.rank(); ++i) fits = (*given)[i] > 0 && (shape[i] < 0 || shape[i] == (*given)[i]);
    if (!fits)
      fail(Code::invalid_argument, "input '", input.name, "' has shape ", shape.text(), " in the model; ", given->text(), " does not fit");
    shape = *given;
  } else if (shape.rank() > 0 && shape[0] < 0) {
    shape[0] = 1;
  }
  if (!shape.known())
    fail(Code::invalid_argument, "input '", input.name, "' has the dynamic shape ", shape.text(), "; give its shape");
  shape.elements();
  input.shape_known = true;
}

void fix_inputs(Graph& graph, const std::map<std::string, Shape>& shapes) {
  for (const auto& [name, shape] : shapes) {
    const bool known = std::any_of(graph.inputs.begin(), graph.inputs.end(),
                                   [&, &n = name](ValueId id) { return graph.value(id).name == n; });
    if (known) continue;
    std::string names;
    for (ValueId id : graph.inputs) names += (names.empty() ? "" : ", ") + graph.value(id).name;
    fail(Code::invalid_argument, "the model has no input '", name, "'; its inputs: ", names);
  }
  for (ValueId id : graph.inputs) {
    const auto it = shapes.find(graph.value(id).name);
    fix_input(graph.value(id), it == shapes.end() ? nullptr : &it->second);
  }
}

// An operator for constants only that changes nothing here (a Cast to the same type, an Expand to the same shape) may stay.
bool becomes_identity(const Graph& graph, Node& node) {
  if ((node.op != "Cast" && node.op != "Expand" && node.op != "Tile") ||
      graph.value(node.inputs[0]).desc != graph.value(node.outputs[0]).desc)
    return false;
  node.op = "Identity";
  node.inputs.resize(1);
  node.attributes = {};
  return true;
}

}  // namespace

void specialize(Graph& graph, const std::map<std::string, Shape>& input_shapes, const Evaluator& evaluate) {
  fix_inputs(graph, input_shapes);
  std::vector<bool> dead(graph.nodes.size(), false);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    Node& node = graph.nodes[n];
    infer_node(graph, node);
    dead[n] = fold_node(graph, node, evaluate);
    if (dead[n] || find_op(node.op)->kind != OpKind::constant_only || becomes_identity(graph, node)) continue;
    fail(Code::unsupported, "operator ", node.op, " (node '", node.name, "') is supported only where its result is known when ",
         "the model is loaded; computed from the model's inputs may be: ", supported_operators());
  }
  graph.erase_nodes(dead);
}

std::int64_t parameter_count(const Graph& graph) {
  std::vector<bool> seen(graph.value_count(), false);
  std::int64_t count = 0;
  for (const Node& node : graph.nodes)
    for (ValueId id : node.inputs) {
      const Tensor* tensor = graph.constant(id);
      if (!tensor || seen[static_cast<std::size_t>(id)]) continue;
      seen[static_cast<std::size_t>(id)] = true;
      count += tensor->elements();
    }
  return count;
}

}  // namespace rt3d::graph
