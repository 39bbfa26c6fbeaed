// Fully connected layers (fc.cl). Knobs: work-items that share a sum, and outputs of a group. Weights alone may be halves, which halves
// what such a layer reads: it stands at the end of a network, where nothing enlarges what rounding loses (docs/accuracy.md).
#include <algorithm>
#include <cmath>

#include "kernels/cl/conv_parts.h"
#include "kernels/cl/families.h"
#include "kernels/cl/family.h"
#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

// What each further wave's worth of idle lanes adds to the time of loading: assumed.
constexpr double kLate = 0.1;

// Above four outputs sums and weights take more than the eight registers with which an Adreno runs waves of 128 beside local memory
// (docs/gpu-model.md): assumed to cost more than the fewer loads of the row save.
constexpr double kManyOutputs = 1.05, kFewOutputs = 4;

constexpr std::int64_t kEight = 8;  // products that a work-item adds at a time

struct FcShape {
  std::int64_t m, n, k;
};
FcShape fc_shape(const Problem& p) {
  const Shape& x = p.input_shape(0);
  return {x.elements(0, x.rank() - 1), p.input_shape(1)[0], x[x.rank() - 1]};
}

class FcDot final : public ClFamily {
 public:
  FcDot(std::string_view id, DType stored, DType weights) : ClFamily(id, 2, stored, weights) {}

  bool computes(const Problem& p, const Accelerator&) const override {
    if (p.op != "Gemm" || p.inputs.size() < 2 || !p.inputs[1].constant || p.inputs[0].constant) return false;
    for (std::size_t i = 0; i < p.inputs.size(); ++i)
      if (p.has_input(i) && p.inputs[i].desc.dtype != DType::f32) return false;
    const Shape &x = p.input_shape(0), &w = p.input_shape(1);
    if (x.rank() < 1 || w.rank() != 2 || x.elements() <= 0 || w.elements() <= 0 || x[x.rank() - 1] != w[1])
      return false;
    // Halves only where copies from floats reach (copy.cpp).
    if (halves() && !(is_addressable(x) && is_addressable(p.outputs[0].shape))) return false;
    if (p.has_input(2) && (!p.inputs[2].constant || p.input_shape(2).elements() != w[0])) return false;
    constexpr std::int64_t kMost = std::int64_t{1} << 30;
    return !p.attributes.has("transA") && !p.attributes.has("alpha") && w.elements() < kMost &&
           x.elements() < kMost && p.outputs[0].shape.elements() < kMost &&
           has_activation(activation_of(p.attributes));
  }
  Ports ports(const Problem& p, const Target&) const override {
    return {std::vector<Port>(p.inputs.size(), planar_port(stored())), {planar_port(stored())}};
  }
  Tunables tunables(const Problem&, const Target& target) const override {
    Tunables tunables({"lanes", "outputs"});
    std::vector<int> lanes;
    for (int l : {16, 64, 128})
      if (l <= target.device.accelerator->most_work_items) lanes.push_back(l);
    if (lanes.empty()) lanes.push_back(1);
    tunables.decide("lanes", lanes);
    tunables.decide("outputs", [](const Schedule& decided) {
      std::vector<int> outputs;
      for (int o : {1, 4, 8})
        if (o <= decided.get("lanes")) outputs.push_back(o);
      return outputs;
    });
    return tunables;
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const FcShape s = fc_shape(p);
    const auto lanes = static_cast<double>(schedule.get("lanes")),
               outputs = static_cast<double>(schedule.get("outputs"));
    // A row's eights are read once for `outputs` products; lanes without an eight to add are idle.
    const double share =
        std::ceil(static_cast<double>(s.k) / kEight / lanes) * lanes * kEight / static_cast<double>(s.k);
    const double products = static_cast<double>(s.m * s.n * s.k);
    const auto wave = static_cast<double>(lanes_of(*target.device.accelerator));
    // A group that does not fill a wave leaves lanes idle, and fewer loads are on their way.
    const double idle = std::ceil(lanes / wave) * wave / lanes,
                 late = (1 + kLate * (idle - 1)) * (outputs > kFewOutputs ? kManyOutputs : 1);
    return time_ns(
        {.multiply_adds = products * share * (1 + 1 / outputs) * idle,
         .bytes =
             products * (weight_bytes() / static_cast<double>(s.m) + stored_bytes() / outputs / 8) * late},
        *target.device.accelerator);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const FcShape s = fc_shape(p);
    const std::int64_t outputs = schedule.get("outputs");
    return ceil_div(s.n, outputs) * outputs *
           (ceil_div(s.k, kEight) * kEight * static_cast<std::int64_t>(dtype_bytes(weights())) +
            (half_weights() ? 8 : 4));
  }
  Recipe recipe(const KernelRequest& r) const override {
    const FcShape s = fc_shape(r.problem);
    const std::int64_t lanes = r.schedule.get("lanes"), outputs = r.schedule.get("outputs");
    const std::int64_t k8 = ceil_div(s.k, kEight), groups = ceil_div(s.n, outputs);
    Macros macros;
    macros.add("K", s.k)
        .add("K8", k8)
        .add("N", s.n)
        .add("LANES", lanes)
        .add("OUTPUTS", outputs)
        .add("GROUPS", groups);
    if (halves())
      for (const std::string_view name : {"X_HALF", "Y_HALF"}) macros.flag(name);
    if (half_weights()) macros.flag("W_HALF");
    add_activation(macros, activation_of(r.problem.attributes));
    using Kind = Argument::Kind;
    Recipe recipe = new_recipe(r.problem);
    Range range = Range::of({lanes, groups, s.m}, {lanes, 1, 1});
    range.parts = parts_for(estimate_ns(r.problem, r.schedule, r.target));
    recipe.launches.push_back({{kFc, macros.text(), "fc"},
                               range,
                               {{Kind::input, 0}, {Kind::output, 0}, {Kind::packed, 0}, {Kind::packed, 1}}});
    recipe.pack = [s, k8, outputs, stored = weights()](std::span<const Tensor* const> constants,
                                                       ThreadPool&) {
      const Scaled scaled = scaled_weights(*constants[1], stored);
      const Tensor& weights = scaled.weights;
      std::vector<float> w(static_cast<std::size_t>(ceil_div(s.n, outputs) * outputs * k8 * kEight));
      const std::span<const float> from = weights.values<float>();
      for (std::int64_t o = 0; o < s.n; ++o)
        std::copy_n(from.begin() + o * s.k, s.k, w.begin() + o * k8 * kEight);
      return std::vector<Bytes>{
          packed_values(w, 1, stored),
          packed_bias(constants, s.n, static_cast<std::size_t>(outputs), scaled.scales)};
    };
    return recipe;
  }
};

}  // namespace

const KernelFamily& fc_dot() {
  static const FcDot family("fc.dot.cl", DType::f32, DType::f32);
  return family;
}

const KernelFamily& fc_dot_w16() {
  static const FcDot family("fc.dot_w16.cl", DType::f32, DType::f16);
  return family;
}

const KernelFamily& fc_dot_f16() {
  static const FcDot family("fc.dot_f16.cl", DType::f16, DType::f16);
  return family;
}

}  // namespace rt3d::kernels::cl
