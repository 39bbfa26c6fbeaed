// Which families a loop over problems has reached: one that supports none of them would pass whatever its code does.
#pragma once

#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "kernels/family.h"

namespace rt3d::tests {

inline constexpr int kMostFailures = 5;  // of a family: enough to see a pattern

// Whether the family has code for this set, of this CPU when it needs more than the set.
bool has_code_for(const kernels::KernelFamily& family, Isa isa);

class FamiliesReached {
 public:
  void add(Isa isa, const kernels::KernelFamily& family) { reached_.insert({isa, &family}); }
  bool has(Isa isa, const kernels::KernelFamily& family) const { return reached_.count({isa, &family}) == 1; }
  // One failed check, with the id, for each generated family on these sets that was not added; `wanted` leaves out others.
  void check(std::span<const Isa> isas, bool (*wanted)(std::string_view id) = nullptr) const;

 private:
  std::set<std::pair<Isa, const kernels::KernelFamily*>> reached_;
};

}  // namespace rt3d::tests
