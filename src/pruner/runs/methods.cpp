#include "pruner/runs/methods.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::pruner {
namespace {

constexpr MethodRow kMethods[] = {{Method::one_shot, "one-shot", Criterion::second_order, false},
                                  {Method::heuristic, "heuristic", Criterion::importance, false},
                                  {Method::magnitude, "magnitude", Criterion::magnitude, false},
                                  {Method::lasso, "lasso", Criterion::magnitude, true},
                                  {Method::reweighted, "reweighted", Criterion::magnitude, true}};

}  // namespace

std::span<const MethodRow> pruning_methods() { return kMethods; }

const MethodRow* find_method(std::string_view name) {
  const auto found = std::ranges::find(kMethods, name, [](const MethodRow& row) { return row.name; });
  return found == std::end(kMethods) ? nullptr : &*found;
}

const MethodRow& row_of(Method method) {
  const auto found = std::ranges::find(kMethods, method, &MethodRow::method);
  if (found == std::end(kMethods)) fail(Code::internal, "a method that prunes nothing");
  return *found;
}

}  // namespace rt3d::pruner
