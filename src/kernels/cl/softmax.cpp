// Softmax over the last dimension that has more than one element (softmax.cl).
#include <algorithm>

#include "kernels/cl/families.h"
#include "kernels/cl/family.h"
#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

// -1 where there is no such dimension.
int axis_of(const Problem& p) {
  const int rank = p.input_shape(0).rank();
  const auto axis = static_cast<int>(p.attributes.integer("axis", -1));
  return axis < 0 ? rank + axis : axis < rank ? axis : -1;
}

class Softmax final : public ClFamily {
 public:
  Softmax() : ClFamily("softmax.cl", 1) {}

  bool computes(const Problem& p, const Accelerator&) const override {
    if (p.op != "Softmax" || p.inputs.size() != 1 || p.inputs[0].constant || p.inputs[0].desc.dtype != DType::f32 ||
        p.attributes.has("act"))
      return false;
    const Shape& x = p.input_shape(0);
    return axis_of(p) >= 0 && x.elements(axis_of(p) + 1, x.rank()) == 1 && x.elements() > 0 &&
           x.elements() < (1 << 30);
  }
  Ports ports(const Problem&, const Target&) const override { return {{planar_port()}, {planar_port()}}; }
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const auto elements = static_cast<double>(p.outputs[0].shape.elements());
    return time_ns({.multiply_adds = 40 * elements, .bytes = 16 * elements}, *target.device.accelerator);
  }
  Recipe recipe(const KernelRequest& r) const override {
    const Shape& x = r.problem.input_shape(0);
    const std::int64_t k = x[axis_of(r.problem)], rows = x.elements() / k;
    const std::int64_t lanes = r.target.device.accelerator->most_work_items >= 64 ? 64 : 1;
    Macros macros;
    macros.add("K", k).add("LANES", lanes);
    using Kind = Argument::Kind;
    Recipe recipe;
    recipe.launches.push_back(
        {{kSoftmax, macros.text(), "softmax"}, Range::of({lanes, rows, 1}, {lanes, 1, 1}), {{Kind::input, 0}, {Kind::output, 0}}});
    return recipe;
  }
};

}  // namespace

const KernelFamily& softmax() {
  static const Softmax family;
  return family;
}

}  // namespace rt3d::kernels::cl
