// Axes and sizes as attributes: Split becomes Slices, Slice and Pad lose their constant inputs, axes count
// from the front, a Softmax of before opset 13 works on the matrix it means.
#include <functional>
#include <map>

#include "graph/ops/slice_range.h"
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

bool normalize_split(Editor& e, int n) {
  const Node split = e.node(n);
  const int axis = normalize_axis(split.attributes.integer("axis", 0), e.shape(split.inputs[0]).rank());
  e.kill(n);
  std::int64_t start = 0;
  for (ValueId id : split.outputs) {
    if (id == kNoValue) continue;
    Node slice{"Slice", split.name, {split.inputs[0]}, {id}, {}, {}};
    slice.attributes.set("axes", List{axis});
    slice.attributes.set("starts", List{start});
    slice.attributes.set("steps", List{1});
    start += e.shape(id)[axis];
    e.add(std::move(slice));
  }
  return true;
}

bool normalize_slice(Editor& e, int n) {
  Node& node = e.node(n);
  if (node.inputs.size() == 1) return false;
  List axes, starts, steps;
  for (const SliceRange& r : slice_ranges(Inference{e.graph, node})) {
    axes.push_back(r.axis);
    starts.push_back(r.start);
    steps.push_back(r.step);
  }
  node.inputs.resize(1);
  node.attributes = {};
  node.attributes.set("axes", axes);
  node.attributes.set("starts", starts);
  node.attributes.set("steps", steps);
  return true;
}

bool normalize_pad(Editor& e, int n) {
  Node& node = e.node(n);
  if (node.inputs.size() == 1) return false;
  const Inference c{e.graph, node};
  const int rank = c.rank(0);
  const List given = c.integers(1);
  List pads(2 * static_cast<std::size_t>(rank), 0);
  List axes;
  for (int i = 0; i < rank; ++i) axes.push_back(i);
  if (c.has(3)) axes = c.integers(3);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(normalize_axis(axes[i], rank));
    pads[axis] = given[i];
    pads[axis + static_cast<std::size_t>(rank)] = given[i + axes.size()];
  }
  double value = 0;
  if (c.has(2)) {
    const Tensor* tensor = e.graph.constant(node.inputs[2]);
    if (!tensor) return false;
    value = tensor->converted(DType::f64).aligned_copy().values<double>()[0];
  }
  node.inputs.resize(1);
  node.attributes.set("pads", pads);
  node.attributes.set("value", value);
  node.attributes.set("mode", node.attributes.string("mode", "constant"));
  return true;
}

bool normalize_transpose(Editor& e, int n) {
  Node& node = e.node(n);
  if (node.attributes.has("perm")) return false;
  List perm;
  for (int i = e.shape(node.inputs[0]).rank() - 1; i >= 0; --i) perm.push_back(i);
  node.attributes.set("perm", perm);
  return true;
}

bool positive_axis(Editor& e, int n, std::int64_t fallback) {
  Node& node = e.node(n);
  const int axis = normalize_axis(node.attributes.integer("axis", fallback), e.shape(node.inputs[0]).rank());
  if (node.attributes.has("axis") && node.attributes.integer("axis", 0) == axis) return false;
  node.attributes.set("axis", std::int64_t{axis});
  return true;
}

bool normalize_concat(Editor& e, int n) { return positive_axis(e, n, 0); }

bool normalize_softmax(Editor& e, int n) {
  const bool moved = positive_axis(e, n, -1);
  Node& node = e.node(n);
  if (!node.attributes.has("flattened")) return moved;
  node.attributes.erase("flattened");
  const TensorDesc desc = e.graph.value(node.inputs[0]).desc;
  const int axis = static_cast<int>(node.attributes.integer("axis", 0));
  if (axis == desc.shape.rank() - 1) return true;
  const TensorDesc matrix{desc.dtype,
                          Shape{desc.shape.elements(0, axis), desc.shape.elements(axis, desc.shape.rank())}};
  const std::string stem = e.graph.value(node.outputs[0]).name;
  const ValueId in = e.value(stem + ".rows", matrix);
  const ValueId out = e.value(stem + ".softmax", matrix);
  Node before{"Reshape", node.name, {node.inputs[0]}, {in}, {}, {}};
  Node after{"Reshape", node.name, {out}, {node.outputs[0]}, {}, {}};
  node.inputs[0] = in;
  node.outputs[0] = out;
  node.attributes.set("axis", std::int64_t{1});
  e.add(std::move(before));
  e.add(std::move(after));
  return true;
}

const std::map<std::string, bool (*)(Editor&, int), std::less<>> kRewrites{
    {"Concat", normalize_concat},   {"Pad", normalize_pad},     {"Slice", normalize_slice},
    {"Softmax", normalize_softmax}, {"Split", normalize_split}, {"Transpose", normalize_transpose}};

}  // namespace

int normalize_layout(Graph& graph, const Evaluator&) {
  return Editor(graph).walk([](Editor& e, int n) {
    const auto it = kRewrites.find(e.node(n).op);
    return it != kRewrites.end() && it->second(e, n);
  });
}

}  // namespace rt3d::graph
