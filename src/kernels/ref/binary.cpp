// Arithmetic on two broadcast inputs (Add Sub Mul Div Pow Mod), with a fused activation on f32, and Min and
// Max of any number. Integers wrap around, divide towards zero, and throw invalid_model when they divide by
// zero.
#include <cmath>
#include <type_traits>

#include "kernels/activation.h"
#include "kernels/extrema.h"
#include "kernels/ref/operators.h"
#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {
namespace {

template <typename T, typename F>
T wrapped(T a, T b, F f) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(f(static_cast<U>(a), static_cast<U>(b)));
  } else {
    return f(a, b);
  }
}

struct Add {
  template <typename T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x + y; });
  }
};
struct Sub {
  template <typename T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x - y; });
  }
};
struct Mul {
  template <typename T>
  T operator()(T a, T b) const {
    return wrapped(a, b, [](auto x, auto y) { return x * y; });
  }
};
struct Div {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      if (b == 0) fail(Code::invalid_model, "Div: an integer is divided by zero");
      if (b == -1) return Sub()(T{0}, a);
    }
    return a / b;
  }
};
struct Pow {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::pow(a, b);
    else {
      T result = 1;
      if (b < 0) return a == 1 ? T{1} : a == -1 ? (b % 2 ? T{-1} : T{1}) : T{0};
      for (; b; b /= 2, a = Mul()(a, a))
        if (b % 2) result = Mul()(result, a);
      return result;
    }
  }
};
struct FloorMod {  // the sign of the divisor
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a - b * std::floor(a / b);
    else {
      if (b == 0) fail(Code::invalid_model, "Mod: an integer is divided by zero");
      if (b == -1) return 0;
      const T rest = a % b;
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
  }
};
struct TruncatedMod {  // the sign of the dividend
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::fmod(a, b);
    else {
      if (b == 0) fail(Code::invalid_model, "Mod: an integer is divided by zero");
      return b == -1 ? T{0} : static_cast<T>(a % b);
    }
  }
};

template <typename T, typename F>
Operation elementwise(const Problem& p, F f) {
  Walk<3> walk(p.outputs[0].shape);
  walk.strides = {broadcast_strides(p, p.input_shape(0), p.outputs[0].shape),
                  broadcast_strides(p, p.input_shape(1), p.outputs[0].shape),
                  dense_strides(p.outputs[0].shape)};
  const Activation act = activation_of(p.attributes);
  require(act.act == Act::none || (std::is_same_v<T, float>), p, "only f32 takes an activation");
  return {.run = [walk, act, f](const Operands& o) {
    const T* a = o.in<T>(0);
    const T* b = o.in<T>(1);
    T* y = o.out<T>();
    for_rows(walk, [&](const auto& at, const auto& step, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i)
        y[at[2] + i * step[2]] = f(a[at[0] + i * step[0]], b[at[1] + i * step[1]]);
      if (act.act != Act::none)
        for (std::int64_t i = 0; i < count; ++i)
          y[at[2] + i] = static_cast<T>(apply(act, static_cast<float>(y[at[2] + i])));
    });
  }};
}

// Folds inputs into the output one after another.
template <typename T, typename F>
Operation fold(const Problem& p, F f) {
  std::vector<Walk<2>> walks;
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    Walk<2>& walk = walks.emplace_back(p.outputs[0].shape);
    walk.strides = {broadcast_strides(p, p.input_shape(i), p.outputs[0].shape),
                    dense_strides(p.outputs[0].shape)};
  }
  return {.run = [walks, f](const Operands& o) {
    T* y = o.out<T>();
    for (std::size_t input = 0; input < walks.size(); ++input)
      for_rows(walks[input], [&, x = o.in<T>(input)](const auto& at, const auto& step, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
          const T value = x[at[0] + i * step[0]];
          y[at[1] + i] = input == 0 ? value : f(y[at[1] + i], value);
        }
      });
  }};
}

template <typename F>
Operation of_any_type(const Problem& p, F f) {
  return with_number(p, p.outputs[0].dtype, [&]<typename T>(T) { return elementwise<T>(p, f); });
}

constexpr Operator kRows[] = {{"Add", [](const Problem& p) { return of_any_type(p, Add()); }},
                              {"Sub", [](const Problem& p) { return of_any_type(p, Sub()); }},
                              {"Mul", [](const Problem& p) { return of_any_type(p, Mul()); }},
                              {"Div", [](const Problem& p) { return of_any_type(p, Div()); }},
                              {"Pow", [](const Problem& p) { return of_any_type(p, Pow()); }},
                              {"Mod", [](const Problem& p) {
                                 return p.attributes.integer("fmod", 0) ? of_any_type(p, TruncatedMod())
                                                                        : of_any_type(p, FloorMod());
                               }}};

}  // namespace

Operation prepare_arithmetic(const Problem& p) {
  require_operands(p, 2, 2);
  require_same_type(p);
  for (const Operator& row : kRows)
    if (row.name == p.op) return row.prepare(p);
  fail(Code::internal, "no arithmetic ", p.op);
}

Operation prepare_extremum(const Problem& p) {
  require_operands(p, p.inputs.size(), p.inputs.size());
  require(!p.inputs.empty(), p, "expected inputs");
  require_same_type(p);
  return with_number(p, p.outputs[0].dtype,
                     [&]<typename T>(T) { return fold<T>(p, p.op == "Min" ? smaller<T> : larger<T>); });
}

}  // namespace rt3d::kernels::ref
