#include "runtime/shaped_plans.h"

namespace rt3d::runtime {

std::shared_ptr<Prepared> ShapedPlans::find(const InputShapes& shapes) const {
  for (const auto& [kept, plan] : plans_)
    if (kept == shapes) return plan;
  return nullptr;
}

void ShapedPlans::exchange(const InputShapes& used, Kept instead) {
  plans_.remove_if([&](const auto& kept) { return kept.first == used; });
  plans_.splice(plans_.begin(), instead);
  while (plans_.size() > most_) plans_.pop_back();
}

}  // namespace rt3d::runtime
