#include "jit/asm/activation.h"

#include <array>
#include <cmath>

#include "base/error.h"

namespace rt3d::jit {

using kernels::Act;
using kernels::Activation;

namespace {

// Some values at once, with what their registers are for: a constant that all of them share, and a few registers of
// each value. Every instruction goes over all values before the next, so that none waits for its own result.
struct Batch {
  Asm& as;
  const Activation& a;
  std::span<const Vec> values;
  Vec shared;
  std::span<const Vec> own;
  int per_value;

  std::size_t size() const { return values.size(); }
  Vec v(std::size_t i) const { return values[i]; }
  Vec t(std::size_t i, int which) const {
    return own[i * static_cast<std::size_t>(per_value) + static_cast<std::size_t>(which)];
  }
  // The shared register holds `value` while `body` goes over the values.
  template <typename Body>
  void with(float value, const Body& body) const {
    as.constant(shared, value);
    for (std::size_t i = 0; i < size(); ++i) body(i);
  }
  template <typename Body>
  void each(const Body& body) const {
    for (std::size_t i = 0; i < size(); ++i) body(i);
  }
};

// A bound is the first operand of max and min, so that a value that is NaN stays NaN (asm.h).
void at_least(const Batch& b, float bound) {
  b.with(bound, [&](std::size_t i) { b.as.max(b.v(i), b.shared, b.v(i)); });
}
void at_most(const Batch& b, float bound) {
  b.with(bound, [&](std::size_t i) { b.as.min(b.v(i), b.shared, b.v(i)); });
}

// v = exp(sign · v), sign 1 or -1: 2^n · e^r with n = round(sign v / ln 2) and |r| ≤ ln 2 / 2, e^r by its Taylor
// polynomial of degree 6 (truncation error below 1.3e-7). Uses t(0) and t(1). From e^-87 to e^88, n from -126 to 127:
// the reciprocal of 1 + e^88 is denormal, and so flushed to zero.
void exponential(const Batch& b, float sign) {
  constexpr float kLeast = -87, kMost = 88;
  Asm& as = b.as;
  at_least(b, sign > 0 ? kLeast : -kMost);
  at_most(b, sign > 0 ? kMost : -kLeast);
  b.with(sign * 1.44269504f, [&](std::size_t i) { as.mul(b.t(i, 0), b.v(i), b.shared); });
  b.each([&](std::size_t i) { as.round(b.t(i, 0), b.t(i, 0)); });
  // sign · r in v; ln 2 in two parts.
  b.with(sign * -0.693145752f, [&](std::size_t i) { as.fma(b.v(i), b.t(i, 0), b.shared); });
  b.with(sign * -1.42860677e-6f, [&](std::size_t i) { as.fma(b.v(i), b.t(i, 0), b.shared); });
  constexpr std::array<float, 7> kCoefficients{1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f};
  for (std::size_t k = 0; k < kCoefficients.size(); ++k) {  // Horner; odd powers carry the sign
    const bool odd = (kCoefficients.size() - 1 - k) % 2 == 1;
    b.with(odd ? sign * kCoefficients[k] : kCoefficients[k], [&](std::size_t i) {
      if (k == 0)
        as.copy(b.t(i, 1), b.shared);
      else
        as.multiply_add(b.t(i, 1), b.v(i), b.shared);
    });
  }
  b.each([&](std::size_t i) {
    as.scale_by_power_of_two(b.t(i, 1), b.t(i, 0));
    as.copy(b.v(i), b.t(i, 1));
  });
}

void relu(const Batch& b) {
  b.as.zero(b.shared);
  b.each([&](std::size_t i) { b.as.max(b.v(i), b.shared, b.v(i)); });
}
void clip(const Batch& b) {
  if (std::isnan(b.a.alpha) || std::isnan(b.a.beta)) {
    return b.with(b.a.alpha + b.a.beta, [&](std::size_t i) { b.as.copy(b.v(i), b.shared); });
  }
  at_least(b, b.a.alpha);
  at_most(b, b.a.beta);
}
void leaky_relu(const Batch& b) {  // max(v, 0) + alpha · min(v, 0)
  b.as.zero(b.shared);
  b.each([&](std::size_t i) {
    b.as.min(b.t(i, 0), b.shared, b.v(i));
    b.as.max(b.v(i), b.shared, b.v(i));
  });
  b.with(b.a.alpha, [&](std::size_t i) { b.as.fma(b.v(i), b.t(i, 0), b.shared); });
}
void sigmoid(const Batch& b) {  // 1 / (1 + exp(-v))
  exponential(b, -1);
  b.with(1.0f, [&](std::size_t i) {
    b.as.add(b.v(i), b.v(i), b.shared);
    b.as.div(b.v(i), b.shared, b.v(i));
  });
}
void swish(const Batch& b) {  // v · sigmoid(v): v over the largest exponential would be -1.8 at -3e38
  b.each([&](std::size_t i) { b.as.copy(b.t(i, 2), b.v(i)); });
  sigmoid(b);
  b.each([&](std::size_t i) { b.as.mul(b.v(i), b.v(i), b.t(i, 2)); });
}
// tanh: x · P(x²) of degree 9 for |x| < 0.35 would cancel less, but 1 - 2 / (1 + exp(2x)) is within 1.2e-7
// absolute.
void tanh(const Batch& b) {
  b.each([&](std::size_t i) { b.as.add(b.v(i), b.v(i), b.v(i)); });
  exponential(b, 1);
  b.with(1.0f, [&](std::size_t i) { b.as.add(b.v(i), b.v(i), b.shared); });
  b.with(2.0f, [&](std::size_t i) { b.as.div(b.v(i), b.shared, b.v(i)); });
  b.with(1.0f, [&](std::size_t i) { b.as.sub(b.v(i), b.shared, b.v(i)); });
}
// v = max(0, min(1, alpha v + beta))
void hard_gate(const Batch& b, float alpha, float beta) {
  b.with(alpha, [&](std::size_t i) { b.as.mul(b.v(i), b.v(i), b.shared); });
  b.with(beta, [&](std::size_t i) { b.as.add(b.v(i), b.v(i), b.shared); });
  at_most(b, 1);
  relu(b);
}
void hard_sigmoid(const Batch& b) { hard_gate(b, b.a.alpha, b.a.beta); }
void hard_swish(const Batch& b) {
  b.each([&](std::size_t i) { b.as.copy(b.t(i, 0), b.v(i)); });
  hard_gate(b, 1.0f / 6, 0.5f);
  b.each([&](std::size_t i) { b.as.mul(b.v(i), b.v(i), b.t(i, 0)); });
}

struct Row {
  Act act;
  int per_value;  // registers of each value of a batch, beside the shared one
  void (*step)(const Batch&);
};
constexpr std::array<Row, 9> kRows{{{Act::none, 0, nullptr},
                                    {Act::relu, 0, relu},
                                    {Act::clip, 0, clip},
                                    {Act::leaky_relu, 1, leaky_relu},
                                    {Act::sigmoid, 2, sigmoid},
                                    {Act::tanh, 2, tanh},
                                    {Act::hard_sigmoid, 0, hard_sigmoid},
                                    {Act::hard_swish, 1, hard_swish},
                                    {Act::swish, 3, swish}}};

const Row& row(Act act) { return kRows[static_cast<std::size_t>(act)]; }

}  // namespace

int activation_scratch(Act act) { return row(act).step ? 1 + row(act).per_value : 0; }

void emit_activation(Asm& as, const Activation& activation, std::span<const Vec> values,
                     std::span<const Vec> scratch) {
  const Row& r = row(activation.act);
  if (!r.step) return;
  if (static_cast<int>(scratch.size()) < activation_scratch(activation.act))
    fail(Code::internal, "too few registers for an activation");
  const std::size_t most =
      r.per_value == 0 ? values.size() : (scratch.size() - 1) / static_cast<std::size_t>(r.per_value);
  const std::size_t batches = (values.size() + most - 1) / most;
  for (std::size_t i = 0; i < batches; ++i) {
    const std::size_t first = values.size() * i / batches, end = values.size() * (i + 1) / batches;
    r.step({as, activation, values.subspan(first, end - first), scratch[0], scratch.subspan(1), r.per_value});
  }
}

std::string activation_label(const Activation& a) {
  std::string label(kernels::act_name(a.act));
  if (a.alpha != 0 || a.beta != 0) label += cat(a.alpha, "_", a.beta);
  return label;
}

}  // namespace rt3d::jit
