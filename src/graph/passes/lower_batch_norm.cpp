// A BatchNormalization that no convolution absorbed becomes a depthwise Conv of kernel 1; one over a matrix, or over more
// than three spatial dimensions, a Mul and an Add.
#include "graph/passes/batch_norm.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

Tensor tensor_of(const std::vector<double>& values, Shape shape) {
  const std::vector<float> narrow(values.begin(), values.end());
  return Tensor::of<float>(DType::f32, std::move(shape), narrow);
}

void become_conv(Editor& e, Node& node, const ChannelAffine& affine, int spatial) {
  const std::string stem = e.graph.value(node.outputs[0]).name;
  const auto channels = static_cast<std::int64_t>(affine.scale.size());
  std::vector<std::int64_t> dims(static_cast<std::size_t>(spatial) + 2, 1);
  dims[0] = channels;
  const ValueId weights = e.constant(stem + ".w", tensor_of(affine.scale, Shape(dims)));
  const ValueId bias = e.constant(stem + ".b", tensor_of(affine.shift, Shape{channels}));
  node.op = "Conv";
  node.inputs = {node.inputs[0], weights, bias};
  node.attributes = {};
  node.attributes.set("strides", std::vector<std::int64_t>(static_cast<std::size_t>(spatial), 1));
  node.attributes.set("dilations", std::vector<std::int64_t>(static_cast<std::size_t>(spatial), 1));
  node.attributes.set("pads", std::vector<std::int64_t>(2 * static_cast<std::size_t>(spatial), 0));
  node.attributes.set("group", channels);
}

void become_product_and_sum(Editor& e, int n, const ChannelAffine& affine, int spatial) {
  Node& node = e.node(n);
  const ValueId out = node.outputs[0];
  const std::string stem = e.graph.value(out).name;
  std::vector<std::int64_t> dims(static_cast<std::size_t>(spatial) + 1, 1);
  dims[0] = static_cast<std::int64_t>(affine.scale.size());
  const ValueId product = e.value(stem + ".scaled", e.graph.value(out).desc);
  const ValueId scale = e.constant(stem + ".scale", tensor_of(affine.scale, Shape(dims)));
  const ValueId shift = e.constant(stem + ".shift", tensor_of(affine.shift, Shape(dims)));
  node = Node{"Mul", node.name, {node.inputs[0], scale}, {product}, {}, {}};
  e.add(Node{"Add", node.name, {product, shift}, {out}, {}, {}});
}

bool lower(Editor& e, int n) {
  if (e.node(n).op != "BatchNormalization") return false;
  const auto affine = batch_norm_affine(e, e.node(n));
  if (!affine) return false;
  const int spatial = e.shape(e.node(n).inputs[0]).rank() - 2;
  if (spatial >= 1 && spatial <= 3)
    become_conv(e, e.node(n), *affine, spatial);
  else
    become_product_and_sum(e, n, *affine, spatial);
  return true;
}

}  // namespace

int lower_batch_norm(Graph& graph, const Evaluator&) { return Editor(graph).walk(lower); }

}  // namespace rt3d::graph
