// ReduceMean/Sum/Prod/Max/Min over any axes and the global pools: for every kept position, a walk over the
// reduced ones. Floats accumulate in double, integers in 64 bits that wrap around.
#include <limits>
#include <type_traits>

#include "kernels/extrema.h"
#include "kernels/ref/operators.h"
#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {
namespace {

// Integers accumulate unsigned so that overflow is defined.
template <typename T>
using Accumulator = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;

enum class Fold { sum, mean, product, maximum, minimum };

struct FoldRow {
  std::string_view op;
  Fold fold;
};
constexpr FoldRow kFolds[] = {{"GlobalAveragePool", Fold::mean}, {"GlobalMaxPool", Fold::maximum},
                              {"ReduceMax", Fold::maximum},      {"ReduceMean", Fold::mean},
                              {"ReduceMin", Fold::minimum},      {"ReduceProd", Fold::product},
                              {"ReduceSum", Fold::sum}};

Fold fold_of(const Problem& p) {
  for (const FoldRow& row : kFolds)
    if (row.op == p.op) return row.fold;
  fail(Code::internal, "no reduction ", p.op);
}

struct Reduction {
  Walk<1> kept, reduced;
  std::int64_t count = 1;  // elements reduced to one
  Fold fold = Fold::sum;
};

Reduction reduction(const Problem& p, const std::vector<std::int64_t>& axes) {
  const Shape& x = p.input_shape(0);
  std::array<bool, Shape::kMaxRank> gone{};
  const bool all = axes.empty() && p.attributes.integer("noop_with_empty_axes", 0) == 0;
  if (all) gone.fill(true);
  for (std::int64_t axis : axes) gone[static_cast<std::size_t>(normalize_axis(axis, x.rank()))] = true;
  const Strides strides = dense_strides(x);
  Reduction r;
  r.fold = fold_of(p);
  std::vector<std::int64_t> kept, reduced;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const auto from = static_cast<std::size_t>(axis);
    Walk<1>& walk = gone[from] ? r.reduced : r.kept;
    walk.sizes[static_cast<std::size_t>(walk.rank)] = x[axis];
    walk.strides[0][static_cast<std::size_t>(walk.rank++)] = strides[from];
    (gone[from] ? reduced : kept).push_back(x[axis]);
  }
  r.count = Shape(reduced).elements();
  const std::int64_t outputs = Shape(kept).elements();
  require(p.outputs[0].shape.elements() == outputs, p, "the reduction has ", outputs, " elements");
  return r;
}

template <typename T, typename Acc, typename Step>
Acc accumulate(const Walk<1>& walk, const T* x, Acc start, Step step) {
  for_rows(walk, [&](const auto& at, const auto& by, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) start = step(start, static_cast<Acc>(x[at[0] + i * by[0]]));
  });
  return start;
}

template <typename T>
T reduced_value(const Reduction& r, const T* x) {
  using Acc = Accumulator<T>;
  const auto add = [](Acc a, Acc b) { return a + b; };
  const auto lowest = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                           : std::numeric_limits<T>::lowest();
  const auto highest = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                            : std::numeric_limits<T>::max();
  switch (r.fold) {
    case Fold::sum: return static_cast<T>(accumulate(r.reduced, x, Acc{0}, add));
    case Fold::product:
      return static_cast<T>(accumulate(r.reduced, x, Acc{1}, [](Acc a, Acc b) { return a * b; }));
    case Fold::maximum: return accumulate(r.reduced, x, lowest, larger<T>);
    case Fold::minimum: return accumulate(r.reduced, x, highest, smaller<T>);
    case Fold::mean: break;
  }
  const Acc sum = accumulate(r.reduced, x, Acc{0}, add);
  if constexpr (std::is_integral_v<T>)
    return r.count ? static_cast<T>(static_cast<std::int64_t>(sum) / r.count) : T{0};
  else
    return static_cast<T>(sum / static_cast<double>(r.count));
}

template <typename T>
void reduce(const Reduction& r, const Operands& o) {
  const T* x = o.in<T>(0);
  T* y = o.out<T>();
  for_rows(r.kept, [&](const auto& at, const auto& by, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) *y++ = reduced_value(r, x + at[0] + i * by[0]);
  });
}

Operation reduce_over(const Problem& p, const std::vector<std::int64_t>& axes) {
  const Reduction r = reduction(p, axes);
  return with_number(p, p.outputs[0].dtype, [&]<typename T>(T) -> Operation {
    return {.run = [r](const Operands& o) { reduce<T>(r, o); }};
  });
}

}  // namespace

Operation prepare_reduce(const Problem& p) {
  require_operands(p, 1, 2);
  require(p.inputs[0].desc.dtype == p.outputs[0].dtype, p, "types differ");
  if (!p.has_input(1)) return reduce_over(p, p.attributes.integers("axes", {}));
  with_number(p, p.outputs[0].dtype, [](auto) {});
  return {.run = [p](const Operands& o) { reduce_over(p, integer_values(p, o, 1)).run(o); }};
}

Operation prepare_global_pool(const Problem& p) {
  require_operands(p, 1, 1);
  require_same_type(p);
  const Shape& x = p.input_shape(0);
  require(x.rank() >= 3, p, "pooling needs spatial dimensions");
  std::vector<std::int64_t> axes;
  for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  return reduce_over(p, axes);
}

}  // namespace rt3d::kernels::ref
