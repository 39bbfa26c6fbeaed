// Comparisons (f32 f64 i64 i32 bool to bool), And, Or, Xor, Not, and Where, all broadcast.
#include <type_traits>

#include "kernels/ref/operators.h"
#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {
namespace {

// y = f(a, b) for elements of T.
template <typename T, typename F>
Operation truth(const Problem& p, F f) {
  Walk<3> walk(p.outputs[0].shape);
  walk.strides = {broadcast_strides(p, p.input_shape(0), p.outputs[0].shape),
                  broadcast_strides(p, p.input_shape(1), p.outputs[0].shape),
                  dense_strides(p.outputs[0].shape)};
  return {.run = [walk, f](const Operands& o) {
    const T* a = o.in<T>(0);
    const T* b = o.in<T>(1);
    for_rows(walk, [&, y = o.out<std::uint8_t>()](const auto& at, const auto& step, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i)
        y[at[2] + i] = static_cast<std::uint8_t>(f(a[at[0] + i * step[0]], b[at[1] + i * step[1]]));
    });
  }};
}

template <typename F>
Operation compared(const Problem& p, F f) {
  const DType type = p.inputs[0].desc.dtype;
  if (type == DType::boolean) return truth<std::uint8_t>(p, f);
  return with_number(p, type, [&]<typename T>(T) { return truth<T>(p, f); });
}

constexpr Operator kComparisons[] = {
    {"Equal", [](const Problem& p) { return compared(p, [](auto a, auto b) { return a == b; }); }},
    {"Greater", [](const Problem& p) { return compared(p, [](auto a, auto b) { return a > b; }); }},
    {"GreaterOrEqual", [](const Problem& p) { return compared(p, [](auto a, auto b) { return a >= b; }); }},
    {"Less", [](const Problem& p) { return compared(p, [](auto a, auto b) { return a < b; }); }},
    {"LessOrEqual", [](const Problem& p) { return compared(p, [](auto a, auto b) { return a <= b; }); }}};
constexpr Operator kLogic[] = {
    {"And", [](const Problem& p) { return truth<std::uint8_t>(p, [](int a, int b) { return a && b; }); }},
    {"Or", [](const Problem& p) { return truth<std::uint8_t>(p, [](int a, int b) { return a || b; }); }},
    {"Xor", [](const Problem& p) { return truth<std::uint8_t>(p, [](int a, int b) { return !a != !b; }); }}};

Operation from(std::span<const Operator> rows, const Problem& p) {
  for (const Operator& row : rows)
    if (row.name == p.op) return row.prepare(p);
  fail(Code::internal, "no logic ", p.op);
}

}  // namespace

Operation prepare_comparison(const Problem& p) {
  require_operands(p, 2, 2);
  require(p.outputs[0].dtype == DType::boolean && p.inputs[0].desc.dtype == p.inputs[1].desc.dtype, p,
          "expected two inputs of one type and a bool output");
  return from(kComparisons, p);
}

Operation prepare_logic(const Problem& p) {
  require_operands(p, 2, 2);
  require_type(p, DType::boolean);
  return from(kLogic, p);
}

Operation prepare_not(const Problem& p) {
  require_operands(p, 1, 1);
  require_type(p, DType::boolean);
  require_output(p, p.input_shape(0));
  return {.run = [count = p.outputs[0].shape.elements()](const Operands& o) {
    for (std::int64_t i = 0; i < count; ++i) o.out<std::uint8_t>()[i] = !o.in<std::uint8_t>(0)[i];
  }};
}

Operation prepare_where(const Problem& p) {
  require_operands(p, 3, 3);
  require_same_type(p, 1);
  require(p.inputs[0].desc.dtype == DType::boolean, p, "the condition must be bool");
  const Shape& y = p.outputs[0].shape;
  Walk<4> walk(y);
  for (std::size_t i = 0; i < 3; ++i) walk.strides[i] = broadcast_strides(p, p.input_shape(i), y);
  walk.strides[3] = dense_strides(y);
  return with_width(p.outputs[0].dtype, [&]<typename U>(U) -> Operation {
    return {.run = [walk](const Operands& o) {
      for_rows(walk, [&](const auto& at, const auto& step, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
          const bool first = o.in<std::uint8_t>(0)[at[0] + i * step[0]] != 0;
          o.out<U>()[at[3] + i] = first ? o.in<U>(1)[at[1] + i * step[1]] : o.in<U>(2)[at[2] + i * step[2]];
        }
      });
    }};
  });
}

}  // namespace rt3d::kernels::ref
