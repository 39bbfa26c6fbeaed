// Every activation operator becomes Activation; x·sigmoid(x) becomes swish, x·hard_sigmoid(x) with 1/6 and
// 1/2 hard_swish.
#include <cmath>
#include <limits>

#include "graph/passes/activation.h"
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

struct ActRow {
  std::string_view op;
  const char* act;
  double alpha;  // default of attribute alpha; NaN: the activation has none
  double beta;
};
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr ActRow kActs[] = {
    {"Relu", "relu", kNone, kNone},           {"Sigmoid", "sigmoid", kNone, kNone},
    {"Tanh", "tanh", kNone, kNone},           {"HardSwish", "hard_swish", kNone, kNone},
    {"LeakyRelu", "leaky_relu", 0.01, kNone}, {"HardSigmoid", "hard_sigmoid", 0.2, 0.5}};

void become(Node& node, const std::string& act, double alpha, double beta) {
  node.op = "Activation";
  node.inputs.resize(1);
  node.attributes = {};
  set_activation(node, act, alpha, beta);
}

// A limit that is computed by the model gives nothing: the Clip then stays and is refused by its name.
std::optional<double> limit(Editor& e, const Node& node, std::size_t input, double absent) {
  if (input >= node.inputs.size() || node.inputs[input] == kNoValue) return absent;
  const Tensor* tensor = e.graph.constant(node.inputs[input]);
  if (!tensor) return std::nullopt;
  return tensor->converted(DType::f64).aligned_copy().values<double>()[0];
}

bool normalize_clip(Editor& e, Node& node) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto low = limit(e, node, 1, -kInfinity);
  const auto high = limit(e, node, 2, kInfinity);
  if (!low || !high) return false;
  if (*low == 0 && *high >= static_cast<double>(std::numeric_limits<float>::max()))
    become(node, "relu", 0, 0);
  else
    become(node, "clip", *low, *high);
  return true;
}

bool normalize_product(Editor& e, Node& node) {
  if (has_activation(node)) return false;
  for (std::size_t side = 0; side < 2; ++side) {
    const int gate = e.producer(node.inputs[side], "Activation");
    if (gate < 0 || e.node(gate).inputs[0] != node.inputs[1 - side]) continue;
    const Attributes& a = e.node(gate).attributes;
    const std::string act = a.string("act", "none");
    const bool sixth = std::abs(a.real("act_alpha", 0) - 1.0 / 6) < 1e-6 && a.real("act_beta", 0) == 0.5;
    if (act != "sigmoid" && !(act == "hard_sigmoid" && sixth)) continue;
    node.inputs = {node.inputs[1 - side]};
    become(node, act == "sigmoid" ? "swish" : "hard_swish", 0, 0);
    return true;
  }
  return false;
}

bool become_activation(Editor& e, int n) {
  Node& node = e.node(n);
  if (node.op == "Clip") return normalize_clip(e, node);
  if (node.op == "Mul") return normalize_product(e, node);
  for (const ActRow& row : kActs) {
    if (row.op != node.op) continue;
    const double alpha = std::isnan(row.alpha) ? 0 : node.attributes.real("alpha", row.alpha);
    const double beta = std::isnan(row.beta) ? 0 : node.attributes.real("beta", row.beta);
    become(node, row.act, alpha, beta);
    return true;
  }
  return false;
}

}  // namespace

int normalize_activation(Graph& graph, const Evaluator&) { return Editor(graph).walk(become_activation); }

}  // namespace rt3d::graph
