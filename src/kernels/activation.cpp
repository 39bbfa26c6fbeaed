#include "kernels/activation.h"

#include <array>
#include <cmath>

#include "base/error.h"
#include "kernels/extrema.h"

namespace rt3d::kernels {
namespace {
constexpr std::array<std::string_view, 9> kNames{
    "none", "relu", "clip", "leaky_relu", "sigmoid", "tanh", "hard_sigmoid", "hard_swish", "swish"};
}  // namespace

std::string_view act_name(Act act) { return kNames[static_cast<std::size_t>(act)]; }

Act parse_act(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Act>(i);
  std::string known;
  for (const std::string_view other : kNames) known += cat(known.empty() ? "" : ", ", other);
  fail(Code::invalid_argument, "unknown activation '", name, "'; known: ", known);
}

Activation activation_of(const Attributes& a) {
  return {parse_act(a.string("act", "none")), static_cast<float>(a.real("act_alpha", 0)),
          static_cast<float>(a.real("act_beta", 0))};
}

void set_activation(Attributes& a, const Activation& activation) {
  for (const char* name : {"act", "act_alpha", "act_beta"}) a.erase(name);
  if (activation.act == Act::none) return;
  a.set("act", std::string(act_name(activation.act)));
  if (activation.alpha != 0) a.set("act_alpha", static_cast<double>(activation.alpha));
  if (activation.beta != 0) a.set("act_beta", static_cast<double>(activation.beta));
}

float apply(const Activation& a, float x) {
  switch (a.act) {
    case Act::none: return x;
    case Act::relu: return larger(x, 0.0f);
    case Act::clip: return smaller(larger(x, a.alpha), a.beta);
    case Act::leaky_relu: return x < 0 ? a.alpha * x : x;
    case Act::sigmoid: return 1 / (1 + std::exp(-x));
    case Act::tanh: return std::tanh(x);
    case Act::hard_sigmoid: return larger(0.0f, smaller(1.0f, a.alpha * x + a.beta));
    case Act::hard_swish: return x * larger(0.0f, smaller(1.0f, x / 6 + 0.5f));
    case Act::swish: return x / (1 + std::exp(-x));
  }
  return x;
}

}  // namespace rt3d::kernels
