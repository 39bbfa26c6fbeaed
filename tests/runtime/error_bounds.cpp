#include "runtime/error_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.h"
#include "graph/walk.h"
#include "runtime/planning/node_problem.h"
#include "runtime/running/onnx_compute.h"

namespace rt3d::tests {
namespace {

using kernels::Problem;

constexpr float kAnything = std::numeric_limits<float>::infinity();
constexpr float kRounding = 0x1p-23f;
constexpr float kFlushed = 2.4e-38f;  // numbers below the normal ones count as zero
constexpr float kHuge = 1e38f;        // sums of this magnitude may overflow in single precision
constexpr float kWinogradHuge = 1e30f;
constexpr float kWinogradError = 4e-6f;  // of the largest magnitude in reach: what docs/accuracy.md promises
constexpr float kFunctionError = 1e-6f;  // of exp and what is made of it

// One operation: operands and their errors, what the reference computes, and the errors of that, to be found.
struct Operation {
  const Problem& problem;
  const std::vector<Bounded>& in;
  const std::vector<Tensor>& out;
  bool winograd;
  std::vector<Tensor> errors = {}, taints = {};
};

template <typename F>
Tensor mapped(const Tensor& tensor, F f) {
  Tensor made = Tensor::allocate(tensor.desc());
  std::ranges::transform(tensor.values<float>(), made.mutable_values<float>().begin(), f);
  return made;
}

Tensor filled(const Shape& shape, float value) {
  Tensor made = Tensor::allocate({DType::f32, shape});
  std::ranges::fill(made.mutable_values<float>(), value);
  return made;
}

// What is not finite is what it is whatever is summed beside it; denormals count as large as they may round to.
Tensor magnitude(const Tensor& tensor) {
  return mapped(tensor, [](float v) { return std::isfinite(v) ? std::max(std::fabs(v), kFlushed) : 0; });
}

Tensor computed(const Problem& problem, const std::vector<Tensor>& inputs) {
  return runtime::compute_onnx(problem, inputs).at(0);
}

// Where the value is not finite, or tainted already.
Tensor spoiled(const Bounded& b) {
  std::size_t i = 0;
  return mapped(b.value,
                [&](float v) { return std::isfinite(v) && b.taint.values<float>()[i++] == 0 ? 0.0f : 1.0f; });
}

// The largest of all channels, at each pixel of every channel.
Tensor of_all_channels(const Tensor& tensor) {
  const Shape& s = tensor.shape();
  if (s.rank() < 2) return tensor;
  const auto pixels = static_cast<std::size_t>(s.elements() / s[0] / s[1]);
  const auto channels = static_cast<std::size_t>(s[1]);
  Tensor made = mapped(tensor, [](float v) { return v; });
  const std::span<float> values = made.mutable_values<float>();
  for (std::size_t n = 0; n < values.size(); n += channels * pixels)
    for (std::size_t p = 0; p < pixels; ++p) {
      float most = 0;
      for (std::size_t c = 0; c < channels; ++c) most = std::max(most, values[n + c * pixels + p]);
      for (std::size_t c = 0; c < channels; ++c) values[n + c * pixels + p] = most;
    }
  return made;
}

// Whether anything that is 1 in `first` is summed: above 0 where it is.
Tensor reached(const Operation& o, const Tensor& first) {
  if (o.problem.op == "BatchNormalization") return first;
  std::vector<Tensor> inputs{first};
  for (std::size_t i = 1; i < o.in.size(); ++i) {
    const Tensor& operand = o.in[i].value;
    const bool real = !o.problem.inputs[i].absent && operand.dtype() == DType::f32;
    inputs.push_back(real ? filled(operand.shape(), i == 1 ? 1 : 0) : operand);
  }
  return computed(o.problem, inputs);
}

// The largest magnitude among the outputs that a tile of any of Winograd's methods may mix with each.
Tensor in_reach(const Tensor& magnitudes) {
  Problem pool;
  pool.op = "MaxPool";
  pool.inputs.push_back({.desc = magnitudes.desc(), .constant = false, .absent = false});
  pool.outputs.push_back(magnitudes.desc());
  const auto spatial = static_cast<std::size_t>(magnitudes.shape().rank() - 2);
  constexpr std::int64_t kReach =
      8;  // a tile of 4 outputs, and as many of the next whose windows meet its inputs
  pool.attributes.set("kernel_shape", std::vector<std::int64_t>(spatial, 2 * kReach + 1));
  pool.attributes.set("strides", std::vector<std::int64_t>(spatial, 1));
  pool.attributes.set("dilations", std::vector<std::int64_t>(spatial, 1));
  pool.attributes.set("pads", std::vector<std::int64_t>(2 * spatial, kReach));
  return computed(pool, {magnitudes});
}

std::int64_t summed_terms(const Problem& problem) {
  const std::int64_t outputs = problem.outputs[0].shape.elements();
  const std::int64_t macs = kernels::multiply_accumulates(problem);
  return std::max<std::int64_t>(32, (macs ? macs : problem.input_shape(0).elements()) / outputs);
}

// Operands whose sign matters when magnitudes are summed: a normalisation's mean is subtracted; its variance stays.
Tensor operand_magnitude(const Operation& o, std::size_t i) {
  const bool norm = o.problem.op == "BatchNormalization";
  if (o.in[i].value.dtype() != DType::f32 || (norm && i == 4)) return o.in[i].value;
  const Tensor plain = magnitude(o.in[i].value);
  return norm && i == 3 ? mapped(plain, [](float v) { return -v; }) : plain;
}

// What is added rather than multiplied has no part in how the first operand's error grows.
bool is_addend(const Problem& problem, std::size_t i) {
  if (problem.op == "BatchNormalization") return i == 2 || i == 3;
  return (problem.op == "Conv" || problem.op == "Gemm") && i == 2;
}

void sum(Operation& o) {
  std::vector<Tensor> magnitudes, grown;
  for (std::size_t i = 0; i < o.in.size(); ++i) {
    magnitudes.push_back(o.problem.inputs[i].absent ? Tensor() : operand_magnitude(o, i));
    grown.push_back(is_addend(o.problem, i) && magnitudes[i].elements() > 0 ? filled(magnitudes[i].shape(), 0)
                                                                            : magnitudes[i]);
  }
  grown[0] = o.in[0].error;
  const Tensor total = computed(o.problem, magnitudes), carried = computed(o.problem, grown);
  const auto terms = static_cast<float>(summed_terms(o.problem));
  const bool mixes = o.winograd && o.problem.op == "Conv";
  const std::span<const float> values = o.out[0].values<float>();
  Tensor spread = total;
  if (mixes) {
    std::size_t i = 0;
    spread = in_reach(mapped(total, [&](float t) { return std::isfinite(values[i++]) ? t : kAnything; }));
  }
  // docs/accuracy.md: groups are computed beside each other, and lanes without a channel take part in sums with weights of zero.
  // A normalisation by itself is a convolution of one channel a group.
  const bool groups = o.problem.op == "BatchNormalization" || o.problem.attributes.integer("group", 1) > 1;
  const bool multiplies = groups || kernels::multiply_accumulates(o.problem) > 0;
  const Tensor unclean = of_all_channels(spoiled(o.in[0]));
  const Tensor mixed = reached(o, groups ? unclean : o.in[0].taint);
  o.taints.push_back(mapped(reached(o, unclean), [](float r) { return r == 0 ? 0.0f : 1.0f; }));
  std::size_t i = 0;
  o.errors.push_back(mapped(total, [&](float t) {
    const float v = values[i], c = carried.values<float>()[i], s = spread.values<float>()[i];
    const bool clean = !multiplies || mixed.values<float>()[i] == 0;
    ++i;
    const bool certain = std::isfinite(c) && t * terms < kHuge;
    if (!std::isfinite(v) && certain && (std::isnan(v) || (!mixes && clean))) return 0.0f;
    if (!certain || !clean || (mixes && !(s < kWinogradHuge))) return kAnything;
    return c + kRounding * (8 + std::sqrt(terms)) * t + (mixes ? kWinogradError * s : 0);
  }));
}

// Functions of one number: how much they stretch a difference, and their own error.
struct Function {
  std::string_view op;
  float stretch, own;
};
constexpr Function kFunctions[] = {
    {"Relu", 1, 0},
    {"LeakyRelu", 1, 0},
    {"Clip", 1, 0},
    {"Sigmoid", 0.25f, kFunctionError},
    {"Tanh", 1, kFunctionError},
    {"HardSigmoid", 1, kFunctionError},
    {"HardSwish", 1.5f, kFunctionError},
    {"Identity", 1, 0},
    {"Dropout", 1, 0},
};

void function(Operation& o) {
  const Function& f =
      *std::ranges::find_if(kFunctions, [&](const Function& row) { return row.op == o.problem.op; });
  std::size_t i = 0;
  o.errors.push_back(mapped(o.in[0].error, [&](float e) {
    const float v = o.out[0].values<float>()[i++];
    if (!std::isfinite(e)) return kAnything;
    return std::isfinite(v) ? f.stretch * e + 2 * kRounding * std::fabs(v) + f.own : 0;
  }));
  o.taints.push_back(o.in[0].taint);
}

// One element of Add, Sub, Mul or Div by a constant.
float pair_error(char op, float a, float ea, float b, float eb, float v) {
  if ((std::isnan(a) && ea == 0) || (std::isnan(b) && eb == 0)) return 0;
  if (std::isinf(ea) || std::isinf(eb)) return kAnything;
  const bool finite = std::isfinite(a) && std::isfinite(b);
  if (!finite) {
    if (op == '+' || op == '/') return 0;
    const auto known = [](float x, float e) { return std::isinf(x) || std::fabs(x) > e; };  // its sign
    return known(a, ea) && known(b, eb) ? 0 : kAnything;
  }
  float error = 0, size = std::fabs(v);
  if (op == '+') {
    size = std::fabs(a) + std::fabs(b);
    error = ea + eb;
  } else if (op == '*') {
    error = std::fabs(a) * eb + std::fabs(b) * ea + ea * eb;
  } else {
    error = ea / std::fabs(b);
  }
  return size < kHuge ? error + 2 * kRounding * size : kAnything;
}

void pair(Operation& o) {
  const char op = o.problem.op == "Mul" ? '*' : o.problem.op == "Div" ? '/' : '+';
  Problem wide = o.problem;  // broadcasts: something + 0 of the result's shape
  wide.op = "Add";
  const Tensor zeros = filled(o.out[0].shape(), 0);
  wide.inputs[1] = {.desc = zeros.desc(), .constant = false, .absent = false};
  const auto spread = [&](const Tensor& tensor) {
    wide.inputs[0].desc = tensor.desc();
    return computed(wide, {tensor, zeros});
  };
  const Tensor a = spread(o.in[0].value), ea = spread(o.in[0].error), b = spread(o.in[1].value),
               eb = spread(o.in[1].error);
  std::size_t i = 0;
  o.errors.push_back(mapped(o.out[0], [&](float v) {
    const std::size_t k = i++;
    return pair_error(op, a.values<float>()[k], ea.values<float>()[k], b.values<float>()[k],
                      eb.values<float>()[k], v);
  }));
  const Tensor ta = spread(o.in[0].taint), tb = spread(o.in[1].taint);
  i = 0;
  o.taints.push_back(mapped(ta, [&](float t) { return std::max(t, tb.values<float>()[i++]); }));
}

void softmax(Operation& o) {
  float worst = 0;
  for (float e : o.in[0].error.values<float>()) worst = std::max(worst, e);
  o.errors.push_back(mapped(o.out[0], [&](float v) {
    if (!std::isfinite(worst)) return kAnything;
    if (!std::isfinite(v)) return 0.0f;
    return std::min(1.0f, std::expm1(2 * std::min(worst, 1.0f)) + 1e-5f) * v + 1e-7f;
  }));
  o.taints.push_back(spoiled(o.in[0]));
}

// What moves numbers moves their errors; a maximum errs no more than the worst of its candidates.
void move(Operation& o) {
  std::vector<Tensor> inputs;
  for (const Bounded& operand : o.in)
    inputs.push_back(operand.value.dtype() == DType::f32 ? operand.error : operand.value);
  o.errors = runtime::compute_onnx(o.problem, inputs);
  // Parts and wholes may lie in the same memory: one's channels are the other's lanes.
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (o.in[i].value.dtype() == DType::f32) inputs[i] = of_all_channels(spoiled(o.in[i]));
  o.taints = runtime::compute_onnx(o.problem, inputs);
}

struct Rule {
  std::string_view op;
  void (*errors)(Operation&);
};
constexpr Rule kRules[] = {
    {"Conv", sum},
    {"Gemm", sum},
    {"MatMul", sum},
    {"AveragePool", sum},
    {"ReduceMean", sum},
    {"BatchNormalization", sum},
    {"GlobalAveragePool", sum},
    {"Add", pair},
    {"Sub", pair},
    {"Mul", pair},
    {"Div", pair},
    {"Relu", function},
    {"LeakyRelu", function},
    {"Clip", function},
    {"Sigmoid", function},
    {"Tanh", function},
    {"HardSigmoid", function},
    {"HardSwish", function},
    {"Identity", function},
    {"Dropout", function},
    {"Softmax", softmax},
    {"MaxPool", move},
    {"GlobalMaxPool", move},
    {"Concat", move},
    {"Slice", move},
    {"Split", move},
    {"Pad", move},
    {"Transpose", move},
    {"Reshape", move},
    {"Flatten", move},
    {"Squeeze", move},
    {"Unsqueeze", move},
};

std::vector<Bounded> bounded(const Problem& problem, const std::vector<Bounded>& in, bool winograd) {
  const auto rule = std::ranges::find_if(kRules, [&](const Rule& row) { return row.op == problem.op; });
  if (rule == std::end(kRules)) fail(Code::internal, "no rule how errors go through ", problem.op);
  std::vector<Tensor> inputs;
  inputs.reserve(in.size());
  for (const Bounded& operand : in) inputs.push_back(operand.value);
  const std::vector<Tensor> out = runtime::compute_onnx(problem, inputs);
  Operation operation{problem, in, out, winograd};
  rule->errors(operation);
  std::vector<Bounded> results;
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::size_t k = 0;
    results.push_back({out[i],
                       mapped(operation.errors.at(i),
                              [&](float e) {
                                const float v = out[i].values<float>()[k++];
                                if (!std::isfinite(e)) return kAnything;
                                return std::isfinite(v) ? e + kFlushed : 0;
                              }),
                       operation.taints.at(i)});
  }
  return results;
}

}  // namespace

std::vector<Bounded> bounded_outputs(const graph::Graph& graph, std::span<const Tensor> inputs,
                                     bool winograd) {
  const auto certain = [](const Tensor& tensor) {
    const Tensor nothing = tensor.dtype() == DType::f32 ? filled(tensor.shape(), 0) : Tensor();
    return Bounded{tensor, nothing, nothing};
  };
  std::vector<Bounded> given;
  for (const Tensor& input : inputs) given.push_back(certain(input));
  return graph::walk(
      graph, std::move(given), [&](graph::ValueId, const Tensor& tensor) { return certain(tensor); },
      [&](const graph::Node& node, std::span<const Bounded* const> operands) {
        const Problem problem = runtime::problem_of(graph, node);
        std::vector<Bounded> in;
        for (std::size_t i = 0; i < problem.inputs.size(); ++i)
          in.push_back(operands[i] ? *operands[i] : Bounded{});
        return bounded(problem, in, winograd);
      });
}

std::string outside(const Bounded& want, std::span<const float> got) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    const float w = want.value.values<float>()[i], e = want.error.values<float>()[i], g = got[i];
    const bool same_kind = std::isnan(w) ? std::isnan(g) : w == g || std::fabs(g - w) <= e;
    if (same_kind || !std::isfinite(e)) continue;
    return cat("element ", i, " is ", g, ", expected ", w, " within ", e);
  }
  return {};
}

}  // namespace rt3d::tests
