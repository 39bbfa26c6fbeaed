// Products with constant right sides become the one form of Gemm: y = act(x · wᵀ + b), w [n, k], b [n]. alpha
// and beta go into the weights. ONNX's form is told by its attribute transB, which the importer always
// writes. What does not fit (transA, computed weights) becomes Transpose, MatMul, Mul and Add.
#include <algorithm>
#include <map>

#include "graph/passes/channel_constant.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

constexpr std::int64_t kTile = 32;

Tensor transposed(const Tensor& matrix) {
  const std::int64_t rows = matrix.shape()[0];
  const std::int64_t columns = matrix.shape()[1];
  Tensor out = Tensor::allocate({DType::f32, Shape{columns, rows}});
  const float* from = matrix.values<float>().data();
  float* to = out.mutable_values<float>().data();
  for (std::int64_t r0 = 0; r0 < rows; r0 += kTile)
    for (std::int64_t c0 = 0; c0 < columns; c0 += kTile)
      for (std::int64_t r = r0; r < std::min(rows, r0 + kTile); ++r)
        for (std::int64_t c = c0; c < std::min(columns, c0 + kTile); ++c)
          to[c * rows + r] = from[r * columns + c];
  matrix.release_pages();
  return out;
}

using Turned = std::map<ValueId, ValueId>;  // weights, transposed once for all who read them

ValueId turned(Editor& e, ValueId weights, Turned& known) {
  const auto [found, fresh] = known.try_emplace(weights, kNoValue);
  if (fresh)
    found->second = e.constant(e.graph.value(weights).name + ".t", transposed(e.take_floats(weights)));
  return found->second;
}

bool normalize_matmul(Editor& e, Node& node, Turned& known) {
  const Tensor* weights = e.graph.constant(node.inputs[1]);
  if (!e.has_floats(node.inputs[1]) || weights->shape().rank() != 2 || e.shape(node.inputs[0]).rank() < 2)
    return false;
  node.op = "Gemm";
  node.inputs[1] = turned(e, node.inputs[1], known);
  return true;
}

// A product with computed weights, a transposed left side or a bias that is no constant row.
void split_gemm(Editor& e, int n) {
  const Node gemm = e.node(n);
  const ValueId out = gemm.outputs[0];
  const TensorDesc desc = e.graph.value(out).desc;
  const std::string stem = e.graph.value(out).name;
  ValueId sides[2] = {gemm.inputs[0], gemm.inputs[1]};
  for (int side = 0; side < 2; ++side) {
    if (gemm.attributes.integer(side == 0 ? "transA" : "transB", 0) == 0) continue;
    const Shape& shape = e.shape(sides[side]);
    const ValueId turned = e.value(stem + ".t", {desc.dtype, Shape{shape[1], shape[0]}});
    Node transpose{"Transpose", gemm.name, {sides[side]}, {turned}, {}, {}};
    transpose.attributes.set("perm", std::vector<std::int64_t>{1, 0});
    e.add(std::move(transpose));
    sides[side] = turned;
  }
  const auto scaled = [&](ValueId id, double factor) {
    if (factor == 1) return id;
    const ValueId product = e.value(stem + ".scaled", e.graph.value(id).desc);
    const auto narrow = static_cast<float>(factor);
    const ValueId k =
        e.constant(stem + ".factor", Tensor::of<float>(DType::f32, Shape{1}, std::span(&narrow, 1)));
    e.add(Node{"Mul", gemm.name, {id, k}, {product}, {}, {}});
    return product;
  };
  const ValueId product = e.value(stem + ".product", desc);
  e.add({"MatMul", gemm.name, {sides[0], sides[1]}, {product}, {}, {}});
  const ValueId left = scaled(product, gemm.attributes.real("alpha", 1));
  e.kill(n);
  if (gemm.inputs.size() > 2 && gemm.inputs[2] != kNoValue)
    e.add({"Add", gemm.name, {left, scaled(gemm.inputs[2], gemm.attributes.real("beta", 1))}, {out}, {}, {}});
  else
    e.add({"Reshape", gemm.name, {left}, {out}, {}, {}});
}

bool normalize_gemm(Editor& e, int n, Turned& known) {
  Node& node = e.node(n);
  const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  const Attributes& a = node.attributes;
  const bool weights = e.has_floats(node.inputs[1]);
  const Shape y = e.shape(node.outputs[0]);  // a copy: constants are added below, which moves all values
  const auto bias = has_bias ? channel_constant(e, node.inputs[2], y, y.rank() - 1) : std::vector<double>{};
  if (!weights || a.integer("transA", 0) != 0 || !bias) {
    split_gemm(e, n);
    return true;
  }
  const double alpha = a.real("alpha", 1);
  const double beta = a.real("beta", 1);
  if (a.integer("transB", 0) == 0) node.inputs[1] = turned(e, node.inputs[1], known);
  const auto channels = static_cast<std::size_t>(y[y.rank() - 1]);
  std::vector<double> shift(channels, 0.0);
  for (std::size_t i = 0; i < bias->size(); ++i) shift[i] = beta * (*bias)[i];
  node.attributes = {};
  const bool vector_bias = has_bias && e.shape(node.inputs[2]) == Shape{y[y.rank() - 1]};
  if (alpha != 1 || (has_bias && (beta != 1 || !vector_bias)))
    scale_weights(e, node, std::vector<double>(channels, 0.0), std::vector<double>(channels, alpha), shift);
  return true;
}

}  // namespace

int normalize_matrix(Graph& graph, const Evaluator&) {
  Turned known;
  return Editor(graph).walk([&known](Editor& e, int n) {
    Node& node = e.node(n);
    if (node.op == "MatMul") return normalize_matmul(e, node, known);
    return node.op == "Gemm" && node.attributes.has("transB") && normalize_gemm(e, n, known);
  });
}

}  // namespace rt3d::graph
