#include "kernels/family.h"

#include <algorithm>

namespace rt3d::kernels {

bool legal(const KernelFamily& family, const Problem& problem, const Schedule& schedule,
           const Target& target) {
  const std::vector<Schedule> space = family.space(problem, target);
  return std::find(space.begin(), space.end(), schedule) != space.end();
}

}  // namespace rt3d::kernels
