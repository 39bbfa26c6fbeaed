// Convolutions of kernel 1 over the same input (the branches of an Inception block) become one over all their
// output channels, and each branch a Slice of it: the input is read once and the matrix product gets taller.
#include <algorithm>
#include <map>
#include <set>

#include "graph/passes/activation.h"
#include "graph/passes/channel_constant.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

bool mergeable(Editor& e, const Node& node) {
  if (node.op != "Conv" || node.inputs.size() > 3 || node.attributes.integer("group", 1) != 1) return false;
  const Shape& kernel = e.shape(node.inputs[1]);
  const List pads = node.attributes.integers("pads", {});
  return std::all_of(kernel.begin() + 2, kernel.end(), [](std::int64_t k) { return k == 1; }) &&
         std::all_of(pads.begin(), pads.end(), [](std::int64_t p) { return p == 0; }) &&
         e.has_floats(node.inputs[1]) && bias_of(e, node, kernel[0]);
}

// By the first of them: convolutions that read the same input in the same way. No weights are copied twice, not even for another
// group of siblings.
using Siblings = std::map<int, std::vector<int>>;

Siblings siblings_of(Editor& e) {
  std::map<std::pair<ValueId, std::string>, std::vector<int>> alike;
  for (int n = 0; n < static_cast<int>(e.graph.nodes.size()); ++n)
    if (const Node& node = e.node(n); mergeable(e, node))
      alike[{node.inputs[0], node.attributes.text()}].push_back(n);
  Siblings siblings;
  std::set<ValueId> weights;
  for (auto& entry : alike) {
    auto& nodes = entry.second;  // a binding could not be captured below, says Clang
    std::erase_if(nodes, [&](int n) {
      return e.node(n).attributes != e.node(nodes[0]).attributes ||
             !weights.insert(e.node(n).inputs[1]).second;
    });
    if (nodes.size() > 1) siblings[nodes[0]] = std::move(nodes);
  }
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

void merge(Editor& e, const std::vector<int>& siblings) {
  Node merged = e.node(siblings[0]);
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
}

}  // namespace

int merge_siblings(Graph& graph, const Evaluator&) {
  Editor editor(graph);
  Siblings siblings = siblings_of(editor);
  if (siblings.empty()) return 0;
  return editor.walk([&](Editor& e, int n) {
    const auto found = siblings.find(n);
    if (found == siblings.end()) return false;
    merge(e, found->second);
    siblings.erase(found);
    return true;
  });
}

}  // namespace rt3d::graph
