// Add, Sub, Mul and Div of a Conv's or Gemm's only reader with a constant per output channel go into weights
// and bias.
#include "graph/passes/activation.h"
#include "graph/passes/channel_constant.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

struct Affine {
  double scale, shift;
};

// y = x·scale + shift for y = x op k, or k op x when `swapped` (k / x is not affine).
std::optional<Affine> affine_of(const std::string& op, double k, bool swapped) {
  if (op == "Add") return Affine{1, k};
  if (op == "Sub") return swapped ? Affine{-1, k} : Affine{1, -k};
  if (op == "Mul") return Affine{k, 0};
  if (op == "Div" && !swapped && k != 0) return Affine{1 / k, 0};
  return std::nullopt;
}

int linear_producer(const Editor& e, ValueId id) {
  const int conv = e.producer(id, "Conv");
  return conv >= 0 ? conv : e.producer(id, "Gemm");
}

bool fold_side(Editor& e, int n, std::size_t side) {
  const Node& binary = e.node(n);
  const ValueId x = binary.inputs[side];
  const ValueId y = binary.outputs[0];
  const int producer = linear_producer(e, x);
  if (producer < 0 || !e.used_once(x) || e.graph.value(x).desc != e.graph.value(y).desc) return false;
  Node& linear = e.node(producer);
  if (has_activation(linear) || linear.inputs.size() > 3 || !e.has_floats(linear.inputs[1])) return false;
  const Shape& shape = e.shape(x);
  const int axis = linear.op == "Conv" ? 1 : shape.rank() - 1;
  const auto constant = channel_constant(e, binary.inputs[1 - side], shape, axis);
  const auto bias = bias_of(e, linear, shape[axis]);
  if (!constant || !bias) return false;
  std::vector<double> scale, shift;
  for (double k : *constant) {
    const auto affine = affine_of(binary.op, k, side == 1);
    if (!affine) return false;
    scale.push_back(affine->scale);
    shift.push_back(affine->shift);
  }
  copy_activation(binary, linear);
  e.kill(n);
  linear.outputs[0] = y;
  scale_weights(e, linear, *bias, scale, shift);
  return true;
}

bool fold_affine(Editor& e, int n) {
  const std::string& op = e.node(n).op;
  if (op != "Add" && op != "Sub" && op != "Mul" && op != "Div") return false;
  return fold_side(e, n, 0) || fold_side(e, n, 1);
}

}  // namespace

int fold_scale(Graph& graph, const Evaluator&) { return Editor(graph).walk(fold_affine); }

}  // namespace rt3d::graph
