// Operators that move whole elements: Concat, Split, Transpose, Expand. Only the elements' width matters.
#include <cstring>

#include "kernels/ref/operators.h"
#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {
namespace {

// Copies y[walk] = x[walk]: strides[0] of the input, strides[1] of the output.
Operation moved(DType type, const Walk<2>& walk) {
  return with_width(type, [&]<typename U>(U) -> Operation {
    return {.run = [walk](const Operands& o) {
      const U* x = o.in<U>(0);
      U* y = o.out<U>();
      for_rows(walk, [&](const auto& at, const auto& step, std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) y[at[1] + i * step[1]] = x[at[0] + i * step[0]];
      });
    }};
  });
}

// A tensor's part in a concatenation: `outer` pieces of `bytes`, a whole row of pieces being `row_bytes`,
// ours at `offset`.
struct Part {
  std::size_t outer, bytes, row_bytes, offset;
};

// The parts of `whole` along an axis; throws where they do not fill it.
std::vector<Part> parts(const Problem& p, const TensorDesc& whole, const std::vector<TensorDesc>& pieces) {
  const int axis = normalize_axis(p.attributes.integer("axis", 0), whole.shape.rank());
  const std::size_t width = dtype_bytes(whole.dtype);
  const auto outer = static_cast<std::size_t>(whole.shape.elements(0, axis));
  const auto inner = static_cast<std::size_t>(whole.shape.elements(axis + 1, whole.shape.rank())) * width;
  std::vector<Part> out;
  std::int64_t at = 0;
  for (const TensorDesc& piece : pieces) {
    Shape expected = whole.shape;
    require(piece.dtype == whole.dtype && piece.shape.rank() == whole.shape.rank(), p,
            "types or ranks differ");
    expected[axis] = piece.shape[axis];
    require(piece.shape == expected, p, "shapes differ outside axis ", axis);
    const auto length = static_cast<std::size_t>(piece.shape[axis]);
    out.push_back({outer, length * inner, static_cast<std::size_t>(whole.shape[axis]) * inner,
                   static_cast<std::size_t>(at) * inner});
    at += piece.shape[axis];
  }
  require(at == whole.shape[axis], p, "the parts have ", at, " along axis ", axis, ", the whole ",
          whole.shape[axis]);
  return out;
}

}  // namespace

Operation prepare_concat(const Problem& p) {
  require_operands(p, p.inputs.size(), p.inputs.size());
  std::vector<TensorDesc> pieces;
  for (const Operand& in : p.inputs) pieces.push_back(in.desc);
  return {.run = [list = parts(p, p.outputs[0], pieces)](const Operands& o) {
    for (std::size_t i = 0; i < list.size(); ++i)
      for (std::size_t row = 0; row < list[i].outer && list[i].bytes; ++row)
        std::memcpy(o.out<std::byte>() + row * list[i].row_bytes + list[i].offset,
                    o.in<std::byte>(i) + row * list[i].bytes, list[i].bytes);
  }};
}

Operation prepare_split(const Problem& p) {
  require_operands(p, 1, 2, p.outputs.size());
  require(!p.outputs.empty(), p, "expected outputs");
  return {.run = [list = parts(p, p.inputs[0].desc, p.outputs)](const Operands& o) {
    for (std::size_t i = 0; i < list.size(); ++i)
      for (std::size_t row = 0; row < list[i].outer && list[i].bytes; ++row)
        std::memcpy(o.out<std::byte>(i) + row * list[i].bytes,
                    o.in<std::byte>(0) + row * list[i].row_bytes + list[i].offset, list[i].bytes);
  }};
}

Operation prepare_transpose(const Problem& p) {
  require_operands(p, 1, 1);
  require_same_type(p);
  const Shape& x = p.input_shape(0);
  std::vector<std::int64_t> perm;
  for (int axis = x.rank() - 1; axis >= 0; --axis) perm.push_back(axis);
  perm = p.attributes.integers("perm", perm);
  require(static_cast<int>(perm.size()) == x.rank(), p, "perm must have ", x.rank(), " values");
  const Strides strides = dense_strides(x);
  std::array<bool, Shape::kMaxRank> seen{};
  Shape y = x;
  Walk<2> walk;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const auto from =
        static_cast<std::size_t>(normalize_axis(perm[static_cast<std::size_t>(axis)], x.rank()));
    require(!seen[from], p, "perm names axis ", from, " twice");
    seen[from] = true;
    y[axis] = x[static_cast<int>(from)];
    walk.strides[0][static_cast<std::size_t>(axis)] = strides[from];
  }
  require_output(p, y);
  walk.rank = y.rank();
  for (int axis = 0; axis < y.rank(); ++axis) walk.sizes[static_cast<std::size_t>(axis)] = y[axis];
  walk.strides[1] = dense_strides(y);
  return moved(p.outputs[0].dtype, walk);
}

Operation prepare_expand(const Problem& p) {
  require_operands(p, 1, 2);
  require(p.inputs[0].desc.dtype == p.outputs[0].dtype, p, "types differ");
  Walk<2> walk(p.outputs[0].shape);
  walk.strides = {broadcast_strides(p, p.input_shape(0), p.outputs[0].shape),
                  dense_strides(p.outputs[0].shape)};
  return moved(p.outputs[0].dtype, walk);
}

}  // namespace rt3d::kernels::ref
