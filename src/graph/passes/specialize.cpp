// Fixes input shapes, then walks the graph once: infers every shape and replaces by constants what depends on
// none of the inputs' data, so that the shape arithmetic of exporters disappears.
#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "graph/model.h"
#include "graph/ops/op_table.h"
#include "graph/passes/folding.h"

namespace rt3d::graph {
namespace {

// A clip's or an image's usual size where the model leaves it open, as the commands propose it (cli/parts/session_options.cpp).
Shape example_of(Shape shape) {
  constexpr std::array<std::int64_t, 5> kClip{1, 3, 16, 112, 112};
  constexpr std::array<std::int64_t, 4> kImage{1, 3, 224, 224};
  for (int i = 0; i < shape.rank(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (shape[i] < 0) shape[i] = shape.rank() == 5 ? kClip[at] : shape.rank() == 4 ? kImage[at] : 1;
  }
  return shape;
}

void fix_input(Value& input, const Shape* given) {
  Shape& shape = input.desc.shape;
  if (given) {
    bool fits = given->rank() == shape.rank();
    for (int i = 0; fits && i < shape.rank(); ++i)
      fits = (*given)[i] > 0 && (shape[i] < 0 || shape[i] == (*given)[i]);
    if (!fits)
      fail(Code::invalid_argument, "input '", input.name, "' has shape ", shape.text(), " in the model; ",
           given->text(), " does not fit");
    shape = *given;
  } else if (shape.rank() > 0 && shape[0] < 0) {
    shape[0] = 1;
  }
  if (!shape.known())
    fail(Code::invalid_argument, "input '", input.name, "' has the dynamic shape ", shape.text(),
         "; give its shape, for example ", example_of(shape).text(), " (rt3d_session_options.input_shapes)");
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

// An operator for constants only that changes nothing here (a Cast to the same type, an Expand to the same
// shape) may stay.
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

namespace {

// A file that somebody has shortened would end the process when its bytes are read.
void require_whole_files(const Graph& graph) {
  std::set<const MappedFile*> files;
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (const Tensor* constant = graph.constant(static_cast<ValueId>(i)); constant && constant->in_file())
      files.insert(constant->file());
  for (const MappedFile* file : files) file->require_whole();
}

// Nodes that an output depends on: the others are neither looked at nor computed.
std::vector<bool> needed_nodes(const Graph& graph) {
  std::vector<bool> needed(graph.nodes.size(), false), read(graph.value_count(), false);
  for (const ValueId id : graph.outputs) read[static_cast<std::size_t>(id)] = true;
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    needed[n] = std::any_of(node.outputs.begin(), node.outputs.end(),
                            [&](ValueId id) { return id != kNoValue && read[static_cast<std::size_t>(id)]; });
    if (!needed[n]) continue;
    for (const ValueId id : node.inputs)
      if (id != kNoValue) read[static_cast<std::size_t>(id)] = true;
  }
  return needed;
}

// Half and double are supported as constants' types only, which fold to float32.
void require_float32(const Graph& graph, const Node& node) {
  const auto refuse = [&](ValueId id) {
    if (id == kNoValue || graph.constant(id)) return;
    const Value& value = graph.value(id);
    if (value.desc.dtype != DType::f16 && value.desc.dtype != DType::f64) return;
    fail(Code::unsupported, "node ", node_text(graph, node), ": '", value.name, "' is ",
         value.desc.dtype == DType::f16 ? "float16 (half)" : "float64 (double)",
         ", but models are computed in float32: export the model from float32 weights and inputs (PyTorch: "
         "model.float())");
  };
  for (const ValueId id : node.inputs) refuse(id);
  for (const ValueId id : node.outputs) refuse(id);
}

// Constants that were computed on the way to others go as soon as nobody reads them any more, and give the
// budget back what they took. Results that share bytes stay.
class Intermediates {
 public:
  Intermediates(Graph& graph, const std::vector<bool>& needed)
      : graph_(graph), readers_(graph.value_count(), 0), charged_(graph.value_count(), 0) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
      if (needed[n])
        for (const ValueId id : graph.nodes[n].inputs) count(id, 1);
    for (const ValueId id : graph.outputs) count(id, 1);
  }

  void folded(const Node& node, std::int64_t charge) {
    bool shared = false;
    for (const ValueId out : node.outputs)
      for (const ValueId in : node.inputs) shared = shared || share_bytes(out, in);
    if (shared)
      for (const ValueId id : node.inputs) charge_of(id, 0);
    else if (node.outputs.size() == 1)
      charge_of(node.outputs[0], charge);
    for (const ValueId id : node.inputs) {
      count(id, -1);
      if (id != kNoValue && readers_[static_cast<std::size_t>(id)] == 0) release(id);
    }
  }

 private:
  void count(ValueId id, int by) {
    if (id != kNoValue) readers_[static_cast<std::size_t>(id)] += by;
  }
  void charge_of(ValueId id, std::int64_t bytes) {
    if (id != kNoValue) charged_[static_cast<std::size_t>(id)] = bytes;
  }
  bool share_bytes(ValueId a, ValueId b) const {
    const Tensor *x = graph_.constant(a), *y = graph_.constant(b);
    return x && y && !x->scaled() && !y->scaled() && !x->bytes().empty() &&
           x->bytes().data() < y->bytes().data() + y->bytes().size() &&
           y->bytes().data() < x->bytes().data() + x->bytes().size();
  }
  void release(ValueId id) {
    std::int64_t& charge = charged_[static_cast<std::size_t>(id)];
    if (charge == 0) return;
    graph_.folding.bytes += charge;
    charge = 0;
    graph_.value(id).constant.reset();
  }

  Graph& graph_;
  std::vector<int> readers_;
  std::vector<std::int64_t> charged_;  // to the budget, by value
};

}  // namespace

void specialize(Graph& graph, const std::map<std::string, Shape>& input_shapes, const Evaluator& evaluate) {
  require_whole_files(graph);
  fix_inputs(graph, input_shapes);
  graph.folding = folding_budget(graph);
  const std::vector<bool> needed = needed_nodes(graph);
  Intermediates intermediates(graph, needed);
  std::vector<bool> dead(graph.nodes.size(), true);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (!needed[n]) continue;
    Node& node = graph.nodes[n];
    infer_node(graph, node);
    const std::int64_t before = graph.folding.bytes;
    dead[n] = fold_node(graph, node, evaluate);
    if (dead[n]) intermediates.folded(node, before - graph.folding.bytes);
    if (!dead[n]) require_float32(graph, node);
    if (dead[n] || find_op(node.op)->kind != OpKind::constant_only || becomes_identity(graph, node)) continue;
    fail(Code::unsupported, "operator ", node_text(graph, node),
         " is supported only where its result is known when ",
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
