// Slice in its three forms: attributes axes starts steps with sizes from the output (the graph's normal
// form), attributes axes starts ends (opset 9), inputs starts ends axes steps (opset 10 and later).
#include <algorithm>
#include <cstdlib>

#include "kernels/ref/operators.h"
#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {
namespace {

struct Bounds {
  std::vector<std::int64_t> starts, ends, axes, steps;  // ends empty: as many as the output has
};

void fill_defaults(Bounds& b) {
  if (b.axes.empty())
    for (std::size_t i = 0; i < b.starts.size(); ++i) b.axes.push_back(static_cast<std::int64_t>(i));
  if (b.steps.empty()) b.steps.assign(b.starts.size(), 1);
}

// An end or start counted from the front and clamped to what a step of this sign can reach.
std::int64_t clamped(std::int64_t value, std::int64_t size, bool end, std::int64_t step) {
  if (value < 0) value = value < -size ? (step < 0 && end ? -1 : 0) : value + size;
  if (step > 0) return std::min(value, size);
  return std::min(value, size - 1);
}

Walk<2> sliced(const Problem& p, const Bounds& b) {
  const Shape& x = p.input_shape(0);
  const Shape& y = p.outputs[0].shape;
  require(y.rank() == x.rank(), p, "a slice keeps the rank");
  require(b.axes.size() == b.starts.size() && b.steps.size() == b.starts.size() &&
              (b.ends.empty() || b.ends.size() == b.starts.size()),
          p, "starts, ends, axes and steps must be equally many");
  Walk<2> walk(y);
  walk.strides = {dense_strides(x), dense_strides(y)};
  Shape expected = x;
  for (std::size_t i = 0; i < b.starts.size(); ++i) {
    const int axis = normalize_axis(b.axes[i], x.rank());
    const std::int64_t size = x[axis], out = y[axis];
    const std::int64_t step = std::clamp(b.steps[i], -Shape::kMaxElements, Shape::kMaxElements);
    require(step != 0, p, "a step of 0");
    const std::int64_t start = clamped(b.starts[i], size, false, step);
    expected[axis] = out;
    if (!b.ends.empty()) {
      const std::int64_t end = clamped(b.ends[i], size, true, step);
      expected[axis] = std::max<std::int64_t>(0, (end - start + step + (step > 0 ? -1 : 1)) / step);
    }
    if (out == 0) continue;
    require(start >= 0 && start < size, p, "axis ", axis, " has no element ", start);
    require(out - 1 <= (step > 0 ? size - 1 - start : start) / std::abs(step), p, "axis ", axis, " has no ",
            out, " elements from ", start, " by ", step);
    const auto a = static_cast<std::size_t>(axis);
    walk.offsets[0] += start * walk.strides[0][a];
    walk.strides[0][a] *= out == 1 ? 1 : step;
  }
  require_output(p, expected);
  return walk;
}

void copy(const Problem& p, const Walk<2>& walk, const Operands& o) {
  with_width(p.outputs[0].dtype, [&]<typename U>(U) {
    for_rows(walk, [x = o.in<U>(0), y = o.out<U>()](const auto& at, const auto& step, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) y[at[1] + i] = x[at[0] + i * step[0]];
    });
  });
}

}  // namespace

Operation prepare_slice(const Problem& p) {
  require_operands(p, 1, 5);
  require(p.inputs[0].desc.dtype == p.outputs[0].dtype, p, "types differ");
  if (p.inputs.size() == 1) {
    const Attributes& a = p.attributes;
    Bounds b{a.integers("starts", {}), a.integers("ends", {}), a.integers("axes", {}),
             a.integers("steps", {})};
    fill_defaults(b);
    return {.run = [p, walk = sliced(p, b)](const Operands& o) { copy(p, walk, o); }};
  }
  require(p.has_input(1) && p.has_input(2), p, "starts and ends must be given");
  return {.run = [p](const Operands& o) {
    const auto values = [&](std::size_t i) {
      return p.has_input(i) ? integer_values(p, o, i) : std::vector<std::int64_t>();
    };
    Bounds b{values(1), values(2), values(3), values(4)};
    fill_defaults(b);
    copy(p, sliced(p, b), o);
  }};
}

}  // namespace rt3d::kernels::ref
