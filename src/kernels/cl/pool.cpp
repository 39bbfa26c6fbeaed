// MaxPool, AveragePool and both over all of a plane's pixels and planes (pool.cl).
#include "kernels/cl/families.h"
#include "kernels/cl/family.h"
#include "kernels/cl/sources.h"
#include "kernels/pool_window.h"

namespace rt3d::kernels::cl {
namespace {

class PoolWindow final : public ClFamily {
 public:
  PoolWindow(std::string_view id, DType stored) : ClFamily(id, 1, stored) {}

  bool computes(const Problem& p, const Accelerator&) const override {
    return is_pool(p) && p.inputs.size() == 1 && p.outputs.size() == 1 &&
           p.inputs[0].desc.dtype == DType::f32 && !p.inputs[0].constant && p.input_shape(0).rank() >= 3 &&
           is_addressable(p.input_shape(0)) && is_addressable(p.outputs[0].shape) &&
           has_activation(activation_of(p.attributes));
  }
  Ports ports(const Problem&, const Target&) const override {
    return {{blocked_port(0, 0, stored())}, {blocked_port(0, 0, stored())}};
  }
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const auto outputs = static_cast<double>(p.outputs[0].shape.elements());
    return time_ns({.multiply_adds = 2 * outputs * static_cast<double>(pool_shape(p).kernel_positions()),
                    .bytes = stored_bytes() * (outputs + static_cast<double>(p.input_shape(0).elements()))},
                   *target.device.accelerator);
  }
  Recipe recipe(const KernelRequest& r) const override {
    const ConvShape s = pool_shape(r.problem);
    Macros macros;
    add_tensor(macros, "X", r.problem.input_shape(0), r.inputs[0], stored());
    add_tensor(macros, "Y", r.problem.outputs[0].shape, r.outputs[0], stored());
    add_windows(macros, s);
    add_activation(macros, activation_of(r.problem.attributes));
    using Kind = Argument::Kind;
    std::vector<Argument> arguments{{Kind::input, 0}, {Kind::output, 0}};
    Recipe recipe = new_recipe(r.problem);
    if (is_average_pool(r.problem)) {
      macros.flag("AVERAGE");
      arguments.push_back({Kind::packed, 0});
      std::vector<float> values;
      for (const std::vector<std::int64_t>& axis : counted_positions(r.problem, s))
        values.insert(values.end(), axis.begin(), axis.end());
      recipe.pack = [values = std::move(values)](std::span<const Tensor* const>, ThreadPool&) {
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
