#include "cli/problem_model.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

#include "cli/failure.h"
#include "cli/npy.h"
#include "cli/onnx_message.h"
#include "pruning/pruned_weights.h"

namespace rt3d::cli {
namespace {

using Nodes = std::vector<std::string>;

constexpr std::uint64_t kPatternSeed = 1;

// Attributes that ONNX writes as lists, as integers.
constexpr const char* kLists[] = {"strides", "pads", "dilations", "kernel_shape"};
constexpr const char* kIntegers[] = {"group", "count_include_pad"};

struct ActivationRow {
  const char* name;
  const char* op;
  const char* alpha;  // attribute names; "" when there is none
  const char* beta;
};
constexpr ActivationRow kActivations[] = {
    {"relu", "Relu", "", ""},
    {"leaky_relu", "LeakyRelu", "alpha", ""},
    {"sigmoid", "Sigmoid", "", ""},
    {"tanh", "Tanh", "", ""},
    {"hard_sigmoid", "HardSigmoid", "alpha", "beta"},
    {"hard_swish", "HardSwish", "", ""},
};

constexpr const char* kPlainOps[] = {
    "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Add", "Sub", "Mul", "Div"};

class ProblemModel {
 public:
  explicit ProblemModel(const ProblemText& problem) : problem_(problem), output_(sizes_of(problem.output)) {}

  std::string bytes() {
    for (std::size_t i = 0; i < problem_.inputs.size(); ++i) operand(i);
    std::string last = main_node();
    last = activation(last);
    model_.node("Identity", {last}, "y", {});
    model_.output("y", output_);
    return model_.bytes();
  }

 private:
  bool present(std::size_t i) const { return i < names_.size() && !names_[i].empty(); }

  void operand(std::size_t i) {
    std::string text = problem_.inputs[i];
    names_.push_back(text == "-" ? "" : "x" + std::to_string(i));
    if (text == "-") return;
    const bool constant = text[0] == 'c';
    if (constant) text.erase(0, 1);
    if (text.find(':') != std::string::npos)
      throw Failure("cannot measure inputs of type " + text + ": f32 only");
    const std::vector<std::int64_t> shape = text == "scalar" ? std::vector<std::int64_t>() : sizes_of(text);
    if (!constant) return model_.input(names_[i], shape);
    std::vector<float> values = random_values(shape);
    const std::string sparsity = problem_.attribute("sparsity");
    if (i == 1 && !sparsity.empty()) pruning::prune_weights(values, Shape(shape), sparsity, kPatternSeed);
    model_.constant(names_[i], shape, values);
  }

  // Uniform with a variance that keeps sums over all but the first dimension near one.
  std::vector<float> random_values(const std::vector<std::int64_t>& shape) {
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    const std::int64_t terms =
        shape.size() < 2
            ? 12
            : std::max<std::int64_t>(element_count(shape) / std::max<std::int64_t>(shape[0], 1), 1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    const float scale = std::sqrt(3.0f / static_cast<float>(terms));
    for (float& value : values) value = scale * uniform(bits_);
    return values;
  }

  std::vector<OnnxMessage> attributes() const {
    std::vector<OnnxMessage> result;
    for (const char* name : kLists) {
      const std::string value = problem_.attribute(name);
      if (!value.empty()) result.push_back(OnnxModel::integers(name, sizes_of(value)));
    }
    for (const char* name : kIntegers) {
      const std::string value = problem_.attribute(name);
      if (!value.empty()) result.push_back(OnnxModel::integer(name, sizes_of(value).at(0)));
    }
    return result;
  }

  std::string main_node() {
    const std::string& op = problem_.op;
    if (op == "Conv" && problem_.inputs.size() >= 2) return conv();
    if (op == "Gemm" && problem_.inputs.size() >= 2) return gemm();
    const bool plain = std::any_of(std::begin(kPlainOps), std::end(kPlainOps),
                                   [&](const char* known) { return op == known; });
    if (!plain)
      throw Failure("cannot measure a problem of " + op +
                    ": Conv, Gemm, pooling and element-wise operations can be");
    model_.node(op, names_, "main", attributes());
    return "main";
  }

  std::string conv() {
    Nodes inputs = {names_[0], names_[1]};
    if (present(2)) inputs.push_back(names_[2]);
    model_.node("Conv", inputs, "main", attributes());
    if (!present(3)) return "main";
    model_.node("Add", {"main", names_[3]}, "sum", {});
    return "sum";
  }

  // ONNX's Gemm takes matrices only.
  std::string gemm() {
    if (output_.size() != 2)
      throw Failure("cannot measure a Gemm of " + problem_.inputs[0] + ": matrices only");
    Nodes inputs = {names_[0], names_[1]};
    if (present(2)) inputs.push_back(names_[2]);
    model_.node("Gemm", inputs, "main", {OnnxModel::integer("transB", 1)});
    return "main";
  }

  float parameter(const char* name) const { return std::strtof(problem_.attribute(name).c_str(), nullptr); }

  std::string activation(const std::string& input) {
    const std::string name = problem_.attribute("act");
    if (name.empty()) return input;
    if (name == "clip") {
      model_.constant("low", {}, {parameter("act_alpha")});
      model_.constant("high", {}, {parameter("act_beta")});
      model_.node("Clip", {input, "low", "high"}, "act", {});
      return "act";
    }
    if (name == "swish") {
      model_.node("Sigmoid", {input}, "gate", {});
      model_.node("Mul", {input, "gate"}, "act", {});
      return "act";
    }
    for (const ActivationRow& row : kActivations) {
      if (name != row.name) continue;
      std::vector<OnnxMessage> parameters;
      if (*row.alpha != '\0') parameters.push_back(OnnxModel::real(row.alpha, parameter("act_alpha")));
      if (*row.beta != '\0') parameters.push_back(OnnxModel::real(row.beta, parameter("act_beta")));
      model_.node(row.op, {input}, "act", parameters);
      return "act";
    }
    throw Failure("cannot measure the activation " + name);
  }

  const ProblemText& problem_;
  std::vector<std::int64_t> output_;
  std::vector<std::string> names_;  // of the inputs; "" when absent
  std::minstd_rand bits_{1};
  OnnxModel model_;
};

}  // namespace

std::string problem_model(const ProblemText& problem) { return ProblemModel(problem).bytes(); }

}  // namespace rt3d::cli
