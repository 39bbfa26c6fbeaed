#include "jit/emit_activation.h"

#include <array>

#include "base/error.h"

namespace rt3d::jit {

using kernels::Act;
using kernels::Activation;

namespace {

// One step on one value; s are scratch registers.
using Step = void (*)(Asm& as, const Activation& a, Vec v, std::span<const Vec> s);

// v = exp(v): 2^n · e^r with n = round(v / ln 2) and |r| ≤ ln 2 / 2, e^r by its Taylor polynomial of degree 6
// (truncation error below 1.3e-7). Uses s[0..2].
void exponential(Asm& as, Vec v, std::span<const Vec> s) {
  const Vec n = s[0], t = s[1], c = s[2];
  as.constant(c, -87.0f);
  as.max(v, v, c);
  as.constant(c, 87.0f);
  as.min(v, v, c);
  as.constant(c, 1.44269504f);
  as.mul(n, v, c);
  as.round(n, n);
  as.constant(c, -0.693145752f);  // -ln 2 in two parts
  as.fma(v, n, c);
  as.constant(c, -1.42860677e-6f);
  as.fma(v, n, c);
  constexpr std::array<float, 6> kCoefficients{1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f};
  as.constant(t, 1.0f / 720);
  for (float coefficient : kCoefficients) {  // Horner: t = t · v + coefficient
    as.constant(c, coefficient);
    as.fma(c, t, v);
    as.copy(t, c);
  }
  as.power_of_two(n, n, c);
  as.mul(v, t, n);
}

// to = 1 / (1 + exp(-v)); v is destroyed. Uses s[0..2].
void logistic(Asm& as, Vec v, std::span<const Vec> s) {
  as.zero(s[0]);
  as.sub(v, s[0], v);
  exponential(as, v, s);
  as.constant(s[0], 1.0f);
  as.add(v, v, s[0]);
  as.div(v, s[0], v);
}

void relu(Asm& as, const Activation&, Vec v, std::span<const Vec> s) {
  as.zero(s[0]);
  as.max(v, v, s[0]);
}
void clip(Asm& as, const Activation& a, Vec v, std::span<const Vec> s) {
  as.constant(s[0], a.alpha);
  as.max(v, v, s[0]);
  as.constant(s[0], a.beta);
  as.min(v, v, s[0]);
}
void leaky_relu(Asm& as, const Activation& a, Vec v,
                std::span<const Vec> s) {  // max(v, 0) + alpha · min(v, 0)
  as.zero(s[0]);
  as.min(s[1], v, s[0]);
  as.max(v, v, s[0]);
  as.constant(s[0], a.alpha);
  as.fma(v, s[1], s[0]);
}
void sigmoid(Asm& as, const Activation&, Vec v, std::span<const Vec> s) { logistic(as, v, s); }
void swish(Asm& as, const Activation&, Vec v, std::span<const Vec> s) {
  as.copy(s[3], v);
  logistic(as, v, s);
  as.mul(v, v, s[3]);
}
// tanh: x · P(x²) of degree 9 for |x| < 0.35 would cancel less, but 1 - 2 / (1 + exp(2x)) is within 1.2e-7
// absolute.
void tanh(Asm& as, const Activation&, Vec v, std::span<const Vec> s) {
  as.add(v, v, v);
  exponential(as, v, s);
  as.constant(s[0], 1.0f);
  as.add(v, v, s[0]);
  as.constant(s[1], 2.0f);
  as.div(v, s[1], v);
  as.sub(v, s[0], v);
}
// v = max(0, min(1, alpha v + beta))
void hard_gate(Asm& as, float alpha, float beta, Vec v, std::span<const Vec> s) {
  as.constant(s[0], alpha);
  as.mul(v, v, s[0]);
  as.constant(s[0], beta);
  as.add(v, v, s[0]);
  as.constant(s[0], 1.0f);
  as.min(v, v, s[0]);
  as.zero(s[0]);
  as.max(v, v, s[0]);
}
void hard_sigmoid(Asm& as, const Activation& a, Vec v, std::span<const Vec> s) {
  hard_gate(as, a.alpha, a.beta, v, s);
}
void hard_swish(Asm& as, const Activation&, Vec v, std::span<const Vec> s) {
  as.copy(s[1], v);
  hard_gate(as, 1.0f / 6, 0.5f, v, s);
  as.mul(v, v, s[1]);
}

struct Row {
  Act act;
  int scratch;
  Step step;
};
constexpr std::array<Row, 9> kRows{{{Act::none, 0, nullptr},
                                    {Act::relu, 1, relu},
                                    {Act::clip, 1, clip},
                                    {Act::leaky_relu, 2, leaky_relu},
                                    {Act::sigmoid, 3, sigmoid},
                                    {Act::tanh, 3, tanh},
                                    {Act::hard_sigmoid, 1, hard_sigmoid},
                                    {Act::hard_swish, 2, hard_swish},
                                    {Act::swish, 4, swish}}};

const Row& row(Act act) { return kRows[static_cast<std::size_t>(act)]; }

}  // namespace

int activation_scratch(Act act) { return row(act).scratch; }

void emit_activation(Asm& as, const Activation& activation, std::span<const Vec> values,
                     std::span<const Vec> scratch) {
  const Row& r = row(activation.act);
  if (!r.step) return;
  if (static_cast<int>(scratch.size()) < r.scratch)
    fail(Code::internal, "too few registers for an activation");
  for (Vec v : values) r.step(as, activation, v, scratch);
}

std::string activation_label(const Activation& a) {
  std::string label(kernels::act_name(a.act));
  if (a.alpha != 0 || a.beta != 0) label += cat(a.alpha, "_", a.beta);
  return label;
}

}  // namespace rt3d::jit
