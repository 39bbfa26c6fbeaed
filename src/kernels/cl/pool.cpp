// MaxPool, AveragePool and both over all of a plane's pixels and planes (pool.cl).
#include <algorithm>
#include <array>

#include "kernels/cl/families.h"
#include "kernels/cl/family.h"
#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

bool is_global(const Problem& p) { return p.op.starts_with("Global"); }
bool is_average(const Problem& p) { return p.op == "AveragePool" || p.op == "GlobalAveragePool"; }

ConvShape window(const Problem& p) {
  if (!is_global(p)) return conv_shape(p);
  const Dims5 in(p.input_shape(0));
  ConvShape s;
  s.n = in.n;
  s.ic = s.oc = in.c;
  s.id = s.kd = in.d;
  s.ih = s.kh = in.h;
  s.iw = s.kw = in.w;
  return s;
}

// Window positions that an average counts, of each output plane, then each row, then each column.
std::vector<float> counts(const Problem& p, const ConvShape& s) {
  struct Axis {
    std::int64_t outputs, stride, front, dilation, kernel, size;
  };
  const std::array<Axis, 3> axes{{{s.od, s.sd, s.pd, s.dd, s.kd, s.id},
                                  {s.oh, s.sh, s.ph, s.dh, s.kh, s.ih},
                                  {s.ow, s.sw, s.pw, s.dw, s.kw, s.iw}}};
  const bool padded = p.attributes.integer("count_include_pad", 0) != 0;
  const auto pads = p.attributes.integers("pads", {});
  const std::size_t spatial = pads.size() / 2;
  std::vector<float> counts;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Axis& a = axes[i];
    const std::size_t from_end = axes.size() - i;
    const std::int64_t back = from_end > spatial ? 0 : pads[2 * spatial - from_end];
    for (std::int64_t o = 0; o < a.outputs; ++o) {
      const Taps taps = padded ? valid_taps(o, a.stride, 0, a.dilation, a.kernel, a.front + a.size + back)
                               : valid_taps(o, a.stride, a.front, a.dilation, a.kernel, a.size);
      counts.push_back(static_cast<float>(taps.last - taps.first));
    }
  }
  return counts;
}

class PoolWindow final : public ClFamily {
 public:
  PoolWindow(std::string_view id, DType stored) : ClFamily(id, 1, stored) {}

  bool computes(const Problem& p, const Accelerator&) const override {
    constexpr std::array<std::string_view, 4> kOps{"MaxPool", "AveragePool", "GlobalMaxPool",
                                                   "GlobalAveragePool"};
    return std::find(kOps.begin(), kOps.end(), p.op) != kOps.end() && p.inputs.size() == 1 &&
           p.outputs.size() == 1 && p.inputs[0].desc.dtype == DType::f32 && !p.inputs[0].constant &&
           p.input_shape(0).rank() >= 3 && is_addressable(p.input_shape(0)) &&
           is_addressable(p.outputs[0].shape) && has_activation(activation_of(p.attributes));
  }
  Ports ports(const Problem&, const Target&) const override {
    return {{blocked_port(0, 0, stored())}, {blocked_port(0, 0, stored())}};
  }
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const auto outputs = static_cast<double>(p.outputs[0].shape.elements());
    return time_ns({.multiply_adds = 2 * outputs * static_cast<double>(window(p).kernel_positions()),
                    .bytes = stored_bytes() * (outputs + static_cast<double>(p.input_shape(0).elements()))},
                   *target.device.accelerator);
  }
  Recipe recipe(const KernelRequest& r) const override {
    const ConvShape s = window(r.problem);
    Macros macros;
    add_tensor(macros, "X", r.problem.input_shape(0), r.inputs[0], stored());
    add_tensor(macros, "Y", r.problem.outputs[0].shape, r.outputs[0], stored());
    add_windows(macros, s);
    add_activation(macros, activation_of(r.problem.attributes));
    using Kind = Argument::Kind;
    std::vector<Argument> arguments{{Kind::input, 0}, {Kind::output, 0}};
    Recipe recipe = new_recipe(r.problem);
    if (is_average(r.problem)) {
      macros.flag("AVERAGE");
      arguments.push_back({Kind::packed, 0});
      recipe.pack = [values = counts(r.problem, s)](std::span<const Tensor* const>, ThreadPool&) {
        return std::vector<Bytes>{packed_values(values, 1, DType::f32)};
      };
    }
    Range range =
        Range::of({s.oh * s.ow, s.od, s.n * blocks(s.oc, kBlock)}, pixel_group(*r.target.device.accelerator));
    range.parts = parts_for(estimate_ns(r.problem, r.schedule, r.target));
    recipe.launches.push_back({{kPool, macros.text(), "pool"}, range, std::move(arguments)});
    return recipe;
  }
};

}  // namespace

const KernelFamily& pool_window() {
  static const PoolWindow family("pool.window.cl", DType::f32);
  return family;
}

const KernelFamily& pool_window_f16() {
  static const PoolWindow family("pool.window_f16.cl", DType::f16);
  return family;
}

}  // namespace rt3d::kernels::cl
