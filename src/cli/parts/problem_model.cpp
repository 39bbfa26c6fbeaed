#include "cli/parts/problem_model.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "cli/parts/failure.h"
#include "graph/model.h"
#include "kernels/activation.h"
#include "kernels/sparsity.h"
#include "pruning/pruned_weights.h"

namespace rt3d::cli {
namespace {

using graph::ValueId;
using kernels::Act;

constexpr std::uint64_t kWeightSeed = 1, kPatternSeed = 1;

// Attributes that a model says itself; fused activations are nodes, sparsity is in the weights.
constexpr const char* kLists[] = {"strides", "pads", "dilations", "kernel_shape"};
constexpr const char* kIntegers[] = {"group", "count_include_pad"};

// Activations that are one node, with the names of their parameters; "": none.
struct ActivationRow {
  Act act;
  const char* op;
  const char* alpha;
  const char* beta;
};
constexpr ActivationRow kActivations[] = {
    {Act::relu, "Relu", "", ""},       {Act::leaky_relu, "LeakyRelu", "alpha", ""},
    {Act::sigmoid, "Sigmoid", "", ""}, {Act::hard_sigmoid, "HardSigmoid", "alpha", "beta"},
    {Act::tanh, "Tanh", "", ""},       {Act::hard_swish, "HardSwish", "", ""},
};

constexpr const char* kPlainOps[] = {
    "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Add", "Sub", "Mul", "Div"};

// Uniform with a variance that keeps sums over all but the first dimension near one.
Tensor random_weights(const Shape& shape, Random& random) {
  Tensor tensor = Tensor::allocate({DType::f32, shape});
  const std::int64_t terms =
      shape.rank() < 2 ? 12 : std::max<std::int64_t>(shape.elements(1, shape.rank()), 1);
  const float most = std::sqrt(3.0f / static_cast<float>(terms));
  for (float& value : tensor.mutable_values<float>()) value = random.uniform(-most, most);
  return tensor;
}

class ProblemModel {
 public:
  explicit ProblemModel(const kernels::Problem& problem) : problem_(problem) {}

  graph::Graph make() {
    if (problem_.inputs.empty() || problem_.outputs.empty())
      throw Failure("'" + problem_.text() +
                    "' is not a problem that can be measured: it needs inputs and an output");
    graph_.name = "problem";
    for (std::size_t i = 0; i < problem_.inputs.size(); ++i) operands_.push_back(operand(i));
    const TensorDesc& output = problem_.outputs[0];
    require_floats("outputs", output);
    const ValueId last = activation(main_node());
    const ValueId y = emit("Identity", "y", {last});
    graph_.value(y).desc = output;
    graph_.outputs.push_back(y);
    return std::move(graph_);
  }

 private:
  ValueId emit(const char* op, const std::string& name, std::vector<ValueId> inputs,
               Attributes attributes = {}) {
    const ValueId output = graph_.add_value(name);
    graph_.nodes.push_back({op, name, std::move(inputs), {output}, std::move(attributes), {}});
    return output;
  }

  static void require_floats(const char* what, const TensorDesc& desc) {
    if (desc.dtype != DType::f32)
      throw Failure(join("cannot measure ", what, " of type ", dtype_name(desc.dtype), ": f32 only"));
    if (!desc.shape.known())
      throw Failure(join("cannot measure ", what, " of ", desc.shape.text(), ": sizes must be known"));
  }

  ValueId operand(std::size_t i) {
    const kernels::Operand& operand = problem_.inputs[i];
    if (operand.absent) return graph::kNoValue;
    require_floats("inputs", operand.desc);
    const std::string name = "x" + std::to_string(i);
    if (!operand.constant) {
      graph_.inputs.push_back(graph_.add_value(name, operand.desc, true));
      return graph_.inputs.back();
    }
    Tensor weights = random_weights(operand.desc.shape, random_);
    const std::optional<kernels::Sparsity> sparsity = kernels::sparsity_of(problem_);
    if (i == 1 && sparsity) pruning::prune_weights(weights, *sparsity, kPatternSeed);
    return graph_.add_constant(name, std::move(weights));
  }

  // The first `count` operands that are there; optional ones may be absent at the end only.
  std::vector<ValueId> operands(std::size_t count) const {
    std::vector<ValueId> inputs(operands_.begin(), operands_.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                           count, operands_.size())));
    while (!inputs.empty() && inputs.back() == graph::kNoValue) inputs.pop_back();
    return inputs;
  }

  Attributes attributes() const {
    Attributes result;
    for (const char* name : kLists)
      if (problem_.attributes.has(name)) result.set(name, problem_.attributes.integers(name, {}));
    for (const char* name : kIntegers)
      if (problem_.attributes.has(name)) result.set(name, problem_.attributes.integer(name, 0));
    return result;
  }

  ValueId main_node() {
    const std::string& op = problem_.op;
    if (op == "Conv" && problem_.inputs.size() >= 2) return conv();
    if (op == "Gemm" && problem_.inputs.size() >= 2) return gemm();
    const bool plain = std::any_of(std::begin(kPlainOps), std::end(kPlainOps),
                                   [&](const char* known) { return op == known; });
    if (!plain)
      throw Failure("cannot measure a problem of " + op +
                    ": Conv, Gemm, pooling and element-wise operations can be");
    return emit(op.c_str(), "main", operands(operands_.size()), attributes());
  }

  ValueId conv() {
    const ValueId main = emit("Conv", "main", operands(3), attributes());
    return problem_.has_input(3) ? emit("Add", "sum", {main, operands_[3]}) : main;
  }

  // ONNX's Gemm takes matrices only; the exporter says that the weights are transposed.
  ValueId gemm() {
    if (problem_.outputs[0].shape.rank() != 2)
      throw Failure("cannot measure a Gemm of " + problem_.inputs[0].text() + ": matrices only");
    return emit("Gemm", "main", operands(3));
  }

  ValueId limit(const char* name, float value) {
    return graph_.add_constant(name, Tensor::of<float>(DType::f32, Shape{}, {&value, 1}));
  }

  ValueId activation(ValueId input) {
    const kernels::Activation wanted = kernels::activation_of(problem_.attributes);
    if (wanted.act == Act::none) return input;
    if (wanted.act == Act::clip)
      return emit("Clip", "act", {input, limit("low", wanted.alpha), limit("high", wanted.beta)});
    if (wanted.act == Act::swish) return emit("Mul", "act", {input, emit("Sigmoid", "gate", {input})});
    const ActivationRow* row = std::find_if(std::begin(kActivations), std::end(kActivations),
                                            [&](const ActivationRow& r) { return r.act == wanted.act; });
    if (row == std::end(kActivations))
      throw Failure(join("cannot measure the activation ", kernels::act_name(wanted.act)));
    Attributes parameters;
    if (*row->alpha != '\0') parameters.set(row->alpha, static_cast<double>(wanted.alpha));
    if (*row->beta != '\0') parameters.set(row->beta, static_cast<double>(wanted.beta));
    return emit(row->op, "act", {input}, std::move(parameters));
  }

  const kernels::Problem& problem_;
  graph::Graph graph_;
  std::vector<ValueId> operands_;  // of the inputs; kNoValue when absent
  Random random_{kWeightSeed};
};

}  // namespace

std::string problem_model(const kernels::Problem& problem) {
  return graph::onnx_bytes(ProblemModel(problem).make());
}

}  // namespace rt3d::cli
