// Operators that change or tell shapes, not elements: Reshape and its kin, Identity, Dropout, Shape, Size,
// Range, ConstantOfShape. Shapes of outputs are the problem's.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/ref/operators.h"

namespace rt3d::kernels::ref {
Operation prepare_copy(const Problem& p) {
  require_operands(p, 1, 2);
  require(p.inputs[0].desc.dtype == p.outputs[0].dtype, p, "types differ");
  require(p.input_shape(0).elements() == p.outputs[0].shape.elements(), p, "the numbers of elements differ");
  return {.run = [bytes = bytes_of(p.outputs[0])](const Operands& o) {
    if (bytes) std::memcpy(o.out<std::byte>(), o.in<std::byte>(0), bytes);
  }};
}

// The same elements in another layout, which the caller sees to, or of another type.
Operation prepare_reorder(const Problem& p) {
  require_operands(p, 1, 1);
  return p.inputs[0].desc.dtype == p.outputs[0].dtype ? prepare_copy(p) : prepare_cast(p);
}

Operation prepare_dropout(const Problem& p) {
  require_operands(p, 1, 3, p.outputs.size() == 2 ? 2 : 1);
  require(p.inputs[0].desc.dtype == p.outputs[0].dtype, p, "types differ");
  require_output(p, p.input_shape(0));
  const bool mask = p.outputs.size() == 2;
  require(!mask || p.outputs[1] == TensorDesc{DType::boolean, p.input_shape(0)}, p,
          "the mask must be as the input");
  return {
      .run = [mask, count = p.input_shape(0).elements(), bytes = bytes_of(p.outputs[0])](const Operands& o) {
        if (bytes) std::memcpy(o.out<std::byte>(), o.in<std::byte>(0), bytes);
        if (mask) std::fill_n(o.out<std::uint8_t>(1), count, std::uint8_t{1});
      }};
}

Operation prepare_shape(const Problem& p) {
  require_operands(p, 1, 1);
  const Shape& x = p.input_shape(0);
  const auto clamped = [&](std::int64_t axis) {
    return std::clamp<std::int64_t>(axis < 0 ? axis + x.rank() : axis, 0, x.rank());
  };
  const std::int64_t start = clamped(p.attributes.integer("start", 0));
  const std::int64_t end = std::max(start, clamped(p.attributes.integer("end", x.rank())));
  require(p.outputs[0] == TensorDesc{DType::i64, Shape{end - start}}, p, "the output should be ", end - start,
          ":i64");
  return {.run = [dims = std::vector(x.begin() + start, x.begin() + end)](const Operands& o) {
    std::copy(dims.begin(), dims.end(), o.out<std::int64_t>());
  }};
}

Operation prepare_size(const Problem& p) {
  require_operands(p, 1, 1);
  require(p.outputs[0] == TensorDesc{DType::i64, Shape{}}, p, "the output should be a scalar i64");
  return {
      .run = [count = p.input_shape(0).elements()](const Operands& o) { *o.out<std::int64_t>() = count; }};
}

Operation prepare_range(const Problem& p) {
  require_operands(p, 3, 3);
  require_same_type(p);
  for (const Operand& in : p.inputs)
    require(in.desc.shape.elements() == 1, p, "start, limit and delta must be scalars");
  require(p.outputs[0].shape.rank() == 1, p, "the output must have rank 1");
  return with_number(p, p.outputs[0].dtype, [&]<typename T>(T) -> Operation {
    return {.run = [p](const Operands& o) {
      const T start = *o.in<T>(0), limit = *o.in<T>(1), delta = *o.in<T>(2);
      require(delta != 0, p, "delta is 0");
      const double span = static_cast<double>(limit) - static_cast<double>(start);
      const double count = std::max(0.0, std::ceil(span / static_cast<double>(delta)));
      require(static_cast<double>(p.outputs[0].shape[0]) == count, p, "the range has ", count, " elements");
      for (std::int64_t i = 0; i < p.outputs[0].shape[0]; ++i)
        o.out<T>()[i] = static_cast<T>(start + static_cast<T>(i) * delta);
    }};
  });
}

Operation prepare_constant_of_shape(const Problem& p) {
  require_operands(p, 1, 1);
  const auto count = p.outputs[0].shape.elements();
  if (p.outputs[0].dtype == DType::boolean)
    return {.run = [count, value = p.attributes.integer("value", 0) != 0](const Operands& o) {
      std::fill_n(o.out<std::uint8_t>(), count, static_cast<std::uint8_t>(value));
    }};
  return with_number(p, p.outputs[0].dtype, [&]<typename T>(T) -> Operation {
    T value{};
    if constexpr (std::is_integral_v<T>)
      value = static_cast<T>(p.attributes.integer("value", 0));
    else
      value = static_cast<T>(p.attributes.real("value", 0));
    return {.run = [count, value](const Operands& o) { std::fill_n(o.out<T>(), count, value); }};
  });
}

}  // namespace rt3d::kernels::ref
