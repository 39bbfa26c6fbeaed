// Softmax over the last dimension that is not 1 (softmax.cl).
#include <algorithm>

#include "kernels/cl/families.h"
#include "kernels/cl/family.h"
#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

int axis(const Problem& p) {
  const std::int64_t told = p.attributes.integer("axis", -1);
  return static_cast<int>(told < 0 ? told + p.input_shape(0).rank() : told);
}

class Softmax final : public ClFamily {
 public:
  Softmax() : ClFamily("softmax.cl", 1) {}

  bool computes(const Problem& p, const Accelerator&) const override {
    if (p.op != "Softmax" || p.inputs.size() != 1 || p.inputs[0].constant ||
        p.inputs[0].desc.dtype != DType::f32 || p.attributes.has("act"))
      return false;
    const Shape& x = p.input_shape(0);
    if (x.rank() < 1 || x.elements() <= 0 || x.elements() >= (1 << 30)) return false;
    const int at = axis(p);
    return at >= 0 && at < x.rank() && x.elements(at + 1, x.rank()) == 1;
  }
  Ports ports(const Problem&, const Target&) const override { return {{planar_port()}, {planar_port()}}; }
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const auto elements = static_cast<double>(p.outputs[0].shape.elements());
    return time_ns({.multiply_adds = 40 * elements, .bytes = 16 * elements}, *target.device.accelerator);
  }
  Recipe recipe(const KernelRequest& r) const override {
    const Shape& x = r.problem.input_shape(0);
    const std::int64_t k = x[axis(r.problem)], rows = x.elements() / k;
    const std::int64_t lanes = r.target.device.accelerator->most_work_items >= 64 ? 64 : 1;
    Macros macros;
    macros.add("K", k).add("LANES", lanes);
    using Kind = Argument::Kind;
    Recipe recipe;
    recipe.launches.push_back({{kSoftmax, macros.text(), "softmax"},
                               Range::of({lanes, rows, 1}, {lanes, 1, 1}),
                               {{Kind::input, 0}, {Kind::output, 0}}});
    return recipe;
  }
};

}  // namespace

const KernelFamily& softmax() {
  static const Softmax family;
  return family;
}

}  // namespace rt3d::kernels::cl
