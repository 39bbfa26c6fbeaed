// Convolutions of kernel 1 over the same input (the branches of an Inception block) become one over all their
// output channels, and each branch a Slice of it: the input is read once and the matrix product gets taller.
#include <algorithm>

#include "graph/passes/activation.h"
#include "graph/passes/channel_constant.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

using List = std::vector<std::int64_t>;

bool mergeable(Editor& e, const Node& node) {
  if (node.op != "Conv" || node.inputs.size() > 3 || node.attributes.integer("group", 1) != 1) return false;
  const Shape& kernel = e.shape(node.inputs[1]);
  const List pads = node.attributes.integers("pads", {});
  return std::all_of(kernel.begin() + 2, kernel.end(), [](std::int64_t k) { return k == 1; }) &&
         std::all_of(pads.begin(), pads.end(), [](std::int64_t p) { return p == 0; }) &&
         e.has_floats(node.inputs[1]) && bias_of(e, node, kernel[0]);
}

std::vector<int> siblings_of(Editor& e, int n) {
  std::vector<int> siblings;
  for (int other : e.consumers(e.node(n).inputs[0]))
    if (e.node(other).inputs[0] == e.node(n).inputs[0] && e.node(other).attributes == e.node(n).attributes &&
        mergeable(e, e.node(other)))
      siblings.push_back(other);
  return siblings;
}

Tensor one_after_another(std::span<const Tensor> parts, const Shape& shape) {
  Tensor whole = Tensor::allocate({DType::f32, shape});
  std::byte* to = whole.mutable_data();
  for (const Tensor& part : parts) {
    std::memcpy(to, part.bytes().data(), part.bytes().size());
    to += part.bytes().size();
    part.release_pages();
  }
  return whole;
}

bool merge(Editor& e, int n) {
  if (!mergeable(e, e.node(n))) return false;
  const std::vector<int> siblings = siblings_of(e, n);
  if (siblings.size() < 2) return false;
  Node merged = e.node(n);
  Shape w_shape = e.shape(merged.inputs[1]);
  Shape y_shape = e.shape(merged.outputs[0]);
  std::vector<Tensor> weights;
  std::vector<float> bias;
  std::vector<Node> slices;
  std::string name;
  merged.origins.clear();
  for (int sibling : siblings) {
    const Node conv = e.node(sibling);
    const std::int64_t channels = e.shape(conv.inputs[1])[0];
    Node slice{"Slice", conv.name, {}, {conv.outputs[0]}, {}, {}};
    slice.attributes.set("axes", List{1});
    slice.attributes.set("starts", List{static_cast<std::int64_t>(bias.size())});
    slice.attributes.set("steps", List{1});
    slices.push_back(std::move(slice));
    weights.push_back(e.take_floats(conv.inputs[1]));
    const auto own = bias_of(e, conv, channels).value_or(std::vector<double>());
    bias.insert(bias.end(), own.begin(), own.end());
    name += (name.empty() ? "" : "+") + conv.name;
    merged.origins.insert(merged.origins.end(), conv.origins.begin(), conv.origins.end());
    e.kill(sibling);
  }
  w_shape[0] = y_shape[1] = static_cast<std::int64_t>(bias.size());
  const std::string stem = e.graph.value(merged.outputs[0]).name + ".merged";
  merged.name = name;
  merged.inputs = {merged.inputs[0], e.constant(stem + ".w", one_after_another(weights, w_shape)),
                   e.constant(stem + ".b", Tensor::of<float>(DType::f32, Shape{w_shape[0]}, bias))};
  merged.outputs = {e.value(stem, {DType::f32, y_shape})};
  for (Node& slice : slices) {
    slice.inputs = {merged.outputs[0]};
    e.add(std::move(slice));
  }
  e.add(std::move(merged));
  return true;
}

}  // namespace

int merge_siblings(Graph& graph, const Evaluator&) { return Editor(graph).walk(merge); }

}  // namespace rt3d::graph
