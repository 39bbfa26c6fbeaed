// Operators on single elements: Activation (act, act_alpha, act_beta), ONNX's named activations, Clip,
// mathematical functions and Cast.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/tensor.h"
#include "kernels/activation.h"
#include "kernels/extrema.h"
#include "kernels/ref/operators.h"

namespace rt3d::kernels::ref {
namespace {

struct NamedActivation {
  std::string_view op;
  Act act;
  double alpha, beta;  // ONNX's defaults
};
constexpr NamedActivation kActivations[] = {{"Relu", Act::relu, 0, 0},
                                            {"Sigmoid", Act::sigmoid, 0, 0},
                                            {"Tanh", Act::tanh, 0, 0},
                                            {"HardSwish", Act::hard_swish, 0, 0},
                                            {"HardSigmoid", Act::hard_sigmoid, 0.2, 0.5},
                                            {"LeakyRelu", Act::leaky_relu, 0.01, 0}};

Activation activation_for(const Problem& p) {
  for (const NamedActivation& row : kActivations)
    if (row.op == p.op)
      return {row.act, static_cast<float>(p.attributes.real("alpha", row.alpha)),
              static_cast<float>(p.attributes.real("beta", row.beta))};
  return activation_of(p.attributes);
}

template <typename T, typename F>
Operation each(const Problem& p, F f) {
  return {.run = [f, count = p.outputs[0].shape.elements()](const Operands& o) {
    const T* x = o.in<T>(0);
    T* y = o.out<T>();
    for (std::int64_t i = 0; i < count; ++i) y[i] = f(x[i]);
  }};
}

template <typename F>
Operation each_float(const Problem& p, F f) {
  return with_number(p, p.outputs[0].dtype, [&]<typename T>(T) -> Operation {
    if constexpr (std::is_floating_point_v<T>)
      return each<T>(p, f);
    else
      fail(Code::unsupported, "'", p.text(), "': only f32 and f64 are supported");
  });
}

template <typename T>
T negated(T x) {
  if constexpr (std::is_integral_v<T>)
    return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(x));
  else
    return -x;
}

struct MathRow {
  std::string_view op;
  Operation (*prepare)(const Problem&);
};
constexpr MathRow kMath[] = {
    {"Floor", [](const Problem& p) { return each_float(p, [](auto x) { return std::floor(x); }); }},
    {"Ceil", [](const Problem& p) { return each_float(p, [](auto x) { return std::ceil(x); }); }},
    {"Sqrt", [](const Problem& p) { return each_float(p, [](auto x) { return std::sqrt(x); }); }},
    {"Exp", [](const Problem& p) { return each_float(p, [](auto x) { return std::exp(x); }); }},
    {"Log", [](const Problem& p) { return each_float(p, [](auto x) { return std::log(x); }); }},
    {"Erf", [](const Problem& p) { return each_float(p, [](auto x) { return std::erf(x); }); }},
    {"Reciprocal", [](const Problem& p) { return each_float(p, [](auto x) { return 1 / x; }); }},
    {"Neg",
     [](const Problem& p) {
       return with_number(p, p.outputs[0].dtype,
                          [&]<typename T>(T) { return each<T>(p, [](T x) { return negated(x); }); });
     }},
    {"Abs",
     [](const Problem& p) {
       return with_number(p, p.outputs[0].dtype, [&]<typename T>(T) {
         return each<T>(p, [](T x) {
           if constexpr (std::is_integral_v<T>)
             return x < 0 ? negated(x) : x;
           else
             return std::fabs(x);
         });
       });
     }},
};

}  // namespace

Operation prepare_activation(const Problem& p) {
  require_operands(p, 1, 1);
  require_type(p, DType::f32);
  require_output(p, p.input_shape(0));
  return each<float>(p, [act = activation_for(p)](float x) { return apply(act, x); });
}

Operation prepare_math(const Problem& p) {
  require_operands(p, 1, 1);
  require_same_type(p);
  require_output(p, p.input_shape(0));
  for (const MathRow& row : kMath)
    if (row.op == p.op) return row.prepare(p);
  fail(Code::internal, "no function ", p.op);
}

Operation prepare_clip(const Problem& p) {
  require_operands(p, 1, 3);
  require_same_type(p);
  require_output(p, p.input_shape(0));
  for (std::size_t i : {std::size_t{1}, std::size_t{2}})
    require(!p.has_input(i) || p.input_shape(i).elements() == 1, p, "the limits must be scalars");
  return with_number(p, p.outputs[0].dtype, [&]<typename T>(T) -> Operation {
    T low = std::numeric_limits<T>::lowest();
    T high = std::numeric_limits<T>::max();
    if constexpr (std::is_floating_point_v<T>) {
      high = std::numeric_limits<T>::infinity();  // no limit: infinities stay
      low = -high;
      if (p.attributes.has("min")) low = static_cast<T>(p.attributes.real("min", 0));
      if (p.attributes.has("max")) high = static_cast<T>(p.attributes.real("max", 0));
    } else {
      require(!p.attributes.has("min") && !p.attributes.has("max"), p, "limits as attributes are for floats");
    }
    return {.run = [=, has_low = p.has_input(1), has_high = p.has_input(2),
                    count = p.outputs[0].shape.elements()](const Operands& o) {
      const T* x = o.in<T>(0);
      const T from = has_low ? *o.in<T>(1) : low;
      const T to = has_high ? *o.in<T>(2) : high;
      for (std::int64_t i = 0; i < count; ++i) o.out<T>()[i] = smaller(larger(x[i], from), to);
    }};
  });
}

Operation prepare_cast(const Problem& p) {
  require_operands(p, 1, 1);
  require_output(p, p.input_shape(0));
  return {.run = [in = p.inputs[0].desc, out = p.outputs[0].dtype](const Operands& o) {
    const Tensor to = Tensor(in, {o.in<std::byte>(0), bytes_of(in)}, nullptr).converted(out);
    if (!to.bytes().empty()) std::memcpy(o.out<std::byte>(), to.bytes().data(), to.bytes().size());
  }};
}

}  // namespace rt3d::kernels::ref
