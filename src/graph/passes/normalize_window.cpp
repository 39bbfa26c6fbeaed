// Windows of Conv and pooling written out (defaults, auto_pad); ceil_mode disappears, for the output's shape
// says it. Pooling over whole planes and ReduceMean over exactly the spatial axes become global pooling.
#include <algorithm>

#include "graph/ops/inference.h"
#include "graph/ops/window.h"
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

bool normalize_conv(Editor& e, Node& node) {
  const Shape& w = e.shape(node.inputs[1]);
  const Attributes before = node.attributes;
  const Window window =
      resolve_window(node.attributes, e.shape(node.inputs[0]), List(w.begin() + 2, w.end()));
  set_window(node.attributes, window, false);
  node.attributes.set("group", node.attributes.integer("group", 1));
  return node.attributes != before;
}

bool covers_plane(const Editor& e, const Node& node, const Window& window) {
  const Shape& x = e.shape(node.inputs[0]);
  const Shape& y = e.shape(node.outputs[0]);
  const bool unpadded =
      std::all_of(window.pads.begin(), window.pads.end(), [](std::int64_t p) { return p == 0; });
  const bool dense =
      std::all_of(window.dilations.begin(), window.dilations.end(), [](std::int64_t d) { return d == 1; });
  return unpadded && dense && std::equal(x.begin() + 2, x.end(), window.kernel.begin()) &&
         std::all_of(y.begin() + 2, y.end(), [](std::int64_t s) { return s == 1; });
}

// A pool whose window was resolved with ceil_mode must not be resolved again without it.
bool resolved(const Node& node) {
  return node.attributes.has("kernel_shape") && node.attributes.has("strides") &&
         node.attributes.has("pads") && node.attributes.has("dilations") &&
         !node.attributes.has("auto_pad") && !node.attributes.has("ceil_mode") &&
         !node.attributes.has("storage_order") &&
         (node.op == "MaxPool" || node.attributes.has("count_include_pad"));
}

Window resolved_window(const Node& node) {
  const Attributes& a = node.attributes;
  return {a.integers("kernel_shape", {}),
          a.integers("strides", {}),
          a.integers("pads", {}),
          a.integers("dilations", {}),
          {}};
}

bool normalize_pool(Editor& e, Node& node) {
  const Attributes before = node.attributes;
  const bool average = node.op == "AveragePool";
  if (resolved(node) && !covers_plane(e, node, resolved_window(node))) return false;
  const Window window =
      resolve_window(node.attributes, e.shape(node.inputs[0]), node.attributes.integers("kernel_shape", {}));
  if (covers_plane(e, node, window)) {
    node.op = average ? "GlobalAveragePool" : "GlobalMaxPool";
    node.attributes = {};
    return true;
  }
  set_window(node.attributes, window, true);
  if (average) node.attributes.set("count_include_pad", node.attributes.integer("count_include_pad", 0));
  return node.attributes != before;
}

bool normalize_reduce(Editor& e, int n) {
  Node& node = e.node(n);
  const int rank = e.shape(node.inputs[0]).rank();
  const Attributes before = node.attributes;
  const bool had_input = node.inputs.size() > 1;
  List axes = had_input ? Inference{e.graph, node}.integers(1) : node.attributes.integers("axes", {});
  for (std::int64_t& axis : axes) axis = normalize_axis(axis, rank);
  std::sort(axes.begin(), axes.end());
  if (axes.empty() && node.attributes.integer("noop_with_empty_axes", 0) != 0) {
    node = Node{"Identity", node.name, {node.inputs[0]}, node.outputs, {}, {}};
    return true;
  }
  if (axes.empty())
    for (int i = 0; i < rank; ++i) axes.push_back(i);
  List spatial;
  for (int i = 2; i < rank; ++i) spatial.push_back(i);
  const std::int64_t keepdims = node.attributes.integer("keepdims", 1);
  node.inputs.resize(1);
  if (rank >= 3 && axes == spatial) {
    Shape pooled = e.shape(node.inputs[0]);
    for (int i = 2; i < rank; ++i) pooled[i] = 1;
    node.op = "GlobalAveragePool";
    node.attributes = {};
    if (keepdims) return true;
    const ValueId out = node.outputs[0];
    const ValueId mean =
        e.value(e.graph.value(out).name + ".pooled", {e.graph.value(out).desc.dtype, pooled});
    e.node(n).outputs[0] = mean;
    e.add({"Reshape", e.node(n).name, {mean}, {out}, {}, {}});
    return true;
  }
  node.attributes = {};
  node.attributes.set("axes", axes);
  node.attributes.set("keepdims", keepdims);
  return had_input || node.attributes != before;
}

}  // namespace

int normalize_window(Graph& graph, const Evaluator&) {
  return Editor(graph).walk([](Editor& e, int n) {
    Node& node = e.node(n);
    if (node.op == "Conv") return normalize_conv(e, node);
    if (node.op == "MaxPool" || node.op == "AveragePool") return normalize_pool(e, node);
    return node.op == "ReduceMean" && normalize_reduce(e, n);
  });
}

}  // namespace rt3d::graph
