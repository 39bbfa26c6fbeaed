// Activations, and sums, differences, products and quotients of two operands, one of which may be a value a channel or one number
// (elementwise.cl).
#include <algorithm>
#include <array>
#include <optional>

#include "kernels/broadcast.h"
#include "kernels/cl/families.h"
#include "kernels/cl/family.h"
#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

constexpr std::array<std::string_view, 5> kOps{"Activation", "Add", "Sub", "Mul",
                                               "Div"};  // by the kernel's number

int op_number(const Problem& p) {
  return static_cast<int>(std::find(kOps.begin(), kOps.end(), p.op) - kOps.begin());
}

class Elementwise final : public ClFamily {
 public:
  Elementwise(std::string_view id, DType stored) : ClFamily(id, 1, stored) {}

  bool computes(const Problem& p, const Accelerator&) const override {
    const int op = op_number(p);
    if (op == static_cast<int>(kOps.size()) || p.inputs.size() != (op == 0 ? 1U : 2U)) return false;
    const Shape& out = p.outputs[0].shape;
    // Halves only where copies from floats reach (copy.cpp).
    const bool reaches = has_channel_blocks(p) || halves() ? is_addressable(out)
                                                           : out.elements() > 0 && out.elements() < (1 << 30);
    if (!reaches || !has_activation(activation_of(p.attributes))) return false;
    bool whole = false;
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
      const std::optional<Broadcast> r = broadcast_of(p, i);
      if (!r) return false;
      whole = whole || *r == Broadcast::whole;
    }
    // A computed divisor's unused lanes may be zero, and no tensor may hold what is not finite.
    if (p.op == "Div" && has_channel_blocks(p) && !p.inputs[1].constant && out[1] % kBlock != 0) return false;
    return whole;
  }
  Ports ports(const Problem& p, const Target&) const override {
    const Port port = has_channel_blocks(p) ? blocked_port(0, 0, stored()) : planar_port(stored());
    return {std::vector<Port>(p.inputs.size(), port), {port}};
  }
  Work least_work(const Problem& p, const Schedule&, const Target&) const override {
    const double tensors = 1 + whole_operands(p);
    return {.multiply_adds = 0,
            .bytes = static_cast<double>(p.outputs[0].shape.elements()) * stored_bytes() * tensors};
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return time_ns({.bytes = least_work(p, schedule, target).bytes}, *target.device.accelerator);
  }
  Recipe recipe(const KernelRequest& r) const override {
    const Problem& p = r.problem;
    const Shape& out = p.outputs[0].shape;
    using Kind = Argument::Kind;
    Macros macros;
    std::vector<Argument> arguments;
    std::vector<std::size_t> constants;
    macros.add("OPERATION", std::int64_t{op_number(p)});
    for (std::size_t i = 0; i < p.inputs.size(); ++i) {
      const Broadcast of = *broadcast_of(p, i);
      macros.add(i == 0 ? "A" : "B", static_cast<std::int64_t>(of));
      if (of == Broadcast::whole || of == Broadcast::per_channel) {
        if (has_channel_blocks(p))
          add_tensor(macros, i == 0 ? "X" : "R", p.input_shape(i), r.inputs[i], stored());
        else if (halves())
          macros.flag(i == 0 ? "X_HALF" : "R_HALF");
        arguments.push_back({Kind::input, static_cast<int>(i)});
      } else {
        arguments.push_back({Kind::packed, static_cast<int>(constants.size())});
        constants.push_back(i);
      }
    }
    arguments.push_back({Kind::output, 0});
    add_activation(macros, activation_of(p.attributes));
    if (has_channel_blocks(p)) {
      add_sizes(macros, out);
      add_tensor(macros, "Y", out, r.outputs[0], stored());
    } else {
      macros.add("COUNT", out.elements());
      if (halves()) macros.flag("Y_HALF");
    }
    const auto group = pixel_group(*r.target.device.accelerator);
    Recipe recipe = new_recipe(p);
    Range range = Range::of({out.elements(), 1, 1}, group);
    if (has_channel_blocks(p)) {
      const Dims5 s(out);
      range = Range::of({s.h * s.w, s.d, s.n * blocks(s.c, kBlock)}, group);
    }
    recipe.launches.push_back({{kElementwise, macros.text(), has_channel_blocks(p) ? "blocked" : "planar"},
                               range,
                               std::move(arguments)});
    recipe.pack = [constants](std::span<const Tensor* const> given, ThreadPool&) {
      std::vector<Bytes> packed;
      for (const std::size_t i : constants) {
        const Tensor values = given[i]->aligned_copy();
        std::vector<float> row(values.values<float>().begin(), values.values<float>().end());
        row.resize((row.size() + kBlock - 1) / kBlock * kBlock,
                   1.0F);  // unused lanes stay finite, as divisors too
        packed.push_back(packed_values(row, 1, DType::f32));
      }
      return packed;
    };
    return recipe;
  }
};

}  // namespace

const KernelFamily& elementwise() {
  static const Elementwise family("elementwise.cl", DType::f32);
  return family;
}

const KernelFamily& elementwise_f16() {
  static const Elementwise family("elementwise_f16.cl", DType::f16);
  return family;
}

}  // namespace rt3d::kernels::cl
