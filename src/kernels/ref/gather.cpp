// Gather, Pad and Tile: y[i, j, …] = x[table_0[i], table_1[j], …], with a fill where a table says -1.
#include <algorithm>
#include <cmath>

#include "kernels/ref/operators.h"
#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {
namespace {

constexpr std::int64_t kFill = -1;

// For every axis of the output, the input's index at every output index. An empty output has one empty table.
using Tables = std::vector<std::vector<std::int64_t>>;

template <typename U>
void look_up(const Tables& tables, const Shape& x_shape, const U* x, U* y, U fill) {
  const auto rank = tables.size();
  const Strides strides = dense_strides(x_shape);
  if (rank == 0) {
    *y = *x;
    return;
  }
  if (tables[0].empty()) return;

  Strides index{};
  const std::vector<std::int64_t>& row = tables.back();
  for (;;) {
    std::int64_t base = 0;
    for (std::size_t axis = 0; axis + 1 < rank && base >= 0; ++axis) {
      const std::int64_t from = tables[axis][static_cast<std::size_t>(index[axis])];
      base = from == kFill ? kFill : base + from * strides[axis];
    }
    for (std::int64_t from : row) *y++ = base == kFill || from == kFill ? fill : x[base + from];
    std::size_t axis = rank - 1;
    for (; axis > 0; --axis) {
      if (++index[axis - 1] < static_cast<std::int64_t>(tables[axis - 1].size())) break;
      index[axis - 1] = 0;
    }
    if (axis == 0) return;
  }
}

// The input's index for position `i` of an axis under a padding mode.
std::int64_t padded_index(const std::string& mode, std::int64_t i, std::int64_t size) {
  if (i >= 0 && i < size) return i;
  if (mode == "constant") return kFill;
  if (mode == "edge") return std::clamp<std::int64_t>(i, 0, size - 1);
  const std::int64_t period = std::max<std::int64_t>(1, 2 * (size - 1));  // reflect: the edge is not repeated
  const std::int64_t folded = ((i % period) + period) % period;
  return std::min(folded, period - folded);
}

Tables pad_tables(const Problem& p, const std::vector<std::int64_t>& pads, std::vector<std::int64_t> axes) {
  const Shape& x = p.input_shape(0);
  const Shape& y = p.outputs[0].shape;
  const std::string mode = p.attributes.string("mode", "constant");
  require(mode == "constant" || mode == "edge" || mode == "reflect", p, "known modes: constant edge reflect");
  require(y.rank() == x.rank(), p, "padding keeps the rank");
  if (axes.empty())
    for (int axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  require(pads.size() == 2 * axes.size(), p, "expected ", 2 * axes.size(), " pads, got ", pads.size());
  std::vector<std::int64_t> front(static_cast<std::size_t>(x.rank()), 0);
  Shape expected = x;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int axis = normalize_axis(axes[i], x.rank());
    const std::int64_t before = pads[i], behind = pads[i + axes.size()];
    require(std::max(std::abs(before), std::abs(behind)) <= Shape::kMaxElements, p, "a pad is out of range");
    front[static_cast<std::size_t>(axis)] = before;
    expected[axis] = x[axis] + before + behind;
  }
  require_output(p, expected);
  if (y.elements() == 0) return Tables(1);
  Tables tables;
  for (int axis = 0; axis < x.rank(); ++axis) {
    require(x[axis] > 0 || mode == "constant", p, "axis ", axis, " is empty");
    std::vector<std::int64_t>& table = tables.emplace_back(static_cast<std::size_t>(y[axis]));
    for (std::int64_t i = 0; i < y[axis]; ++i)
      table[static_cast<std::size_t>(i)] =
          padded_index(mode, i - front[static_cast<std::size_t>(axis)], x[axis]);
  }
  return tables;
}

Operation pad_by_attributes(const Problem& p) {
  const double value = p.attributes.real("value", 0);
  return with_number(p, p.outputs[0].dtype, [&]<typename T>(T) -> Operation {
    return {.run = [tables = pad_tables(p, p.attributes.integers("pads", {}), {}), x = p.input_shape(0),
                    fill = static_cast<T>(value)](const Operands& o) {
      look_up(tables, x, o.in<T>(0), o.out<T>(), fill);
    }};
  });
}

}  // namespace

Operation prepare_pad(const Problem& p) {
  require_operands(p, 1, 4);
  require(p.inputs[0].desc.dtype == p.outputs[0].dtype, p, "types differ");
  if (!p.has_input(1)) return pad_by_attributes(p);
  require(
      !p.has_input(2) || (p.inputs[2].desc.dtype == p.outputs[0].dtype && p.input_shape(2).elements() == 1),
      p, "the value must be a scalar of the input's type");
  return with_width(p.outputs[0].dtype, [&]<typename U>(U) -> Operation {
    return {.run = [p](const Operands& o) {
      const auto axes = p.has_input(3) ? integer_values(p, o, 3) : std::vector<std::int64_t>();
      const Tables tables = pad_tables(p, integer_values(p, o, 1), axes);
      look_up(tables, p.input_shape(0), o.in<U>(0), o.out<U>(), p.has_input(2) ? *o.in<U>(2) : U{0});
    }};
  });
}

Operation prepare_tile(const Problem& p) {
  require_operands(p, 1, 2);
  require(p.inputs[0].desc.dtype == p.outputs[0].dtype, p, "types differ");
  const Shape& x = p.input_shape(0);
  const Shape& y = p.outputs[0].shape;
  require(x.rank() == y.rank(), p, "tiling keeps the rank");
  Tables tables;
  for (int axis = 0; axis < x.rank(); ++axis) {
    require(x[axis] == 0 ? y[axis] == 0 : y[axis] % x[axis] == 0, p, "axis ", axis, " is not a multiple");
    if (y.elements() == 0) continue;
    std::vector<std::int64_t>& table = tables.emplace_back(static_cast<std::size_t>(y[axis]));
    for (std::int64_t i = 0; i < y[axis]; ++i) table[static_cast<std::size_t>(i)] = i % x[axis];
  }
  if (y.elements() == 0) tables = Tables(1);
  return with_width(p.outputs[0].dtype, [&]<typename U>(U) -> Operation {
    return {.run = [tables, x](const Operands& o) { look_up(tables, x, o.in<U>(0), o.out<U>(), U{0}); }};
  });
}

Operation prepare_gather(const Problem& p) {
  require_operands(p, 2, 2);
  require(p.inputs[0].desc.dtype == p.outputs[0].dtype, p, "types differ");
  const DType index_type = p.inputs[1].desc.dtype;
  require(index_type == DType::i64 || index_type == DType::i32, p, "indices must be i64 or i32");
  const Shape& x = p.input_shape(0);
  const Shape& indices = p.input_shape(1);
  const int axis = normalize_axis(p.attributes.integer("axis", 0), x.rank());
  std::vector<std::int64_t> y(x.begin(), x.begin() + axis);
  y.insert(y.end(), indices.begin(), indices.end());
  y.insert(y.end(), x.begin() + axis + 1, x.end());
  require_output(p, Shape(y));
  const Shape flat{x.elements(0, axis), x[axis], x.elements(axis + 1, x.rank())};
  return with_width(p.outputs[0].dtype, [&]<typename U>(U) -> Operation {
    return {.run = [p, flat](const Operands& o) {
      const auto all = [](std::int64_t count) {
        std::vector<std::int64_t> table(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < count; ++i) table[static_cast<std::size_t>(i)] = i;
        return table;
      };
      std::vector<std::int64_t> taken = integer_values(p, o, 1);
      for (std::int64_t& i : taken) {
        require(i >= -flat[1] && i < flat[1], p, "index ", i, " is outside 0 to ", flat[1] - 1);
        if (i < 0) i += flat[1];
      }
      if (p.outputs[0].shape.elements() == 0) return;
      look_up({all(flat[0]), taken, all(flat[2])}, flat, o.in<U>(0), o.out<U>(), U{0});
    }};
  });
}

}  // namespace rt3d::kernels::ref
