// Copies between layouts: which of a backend's families makes one, and at what price. Selection asks for prices of copies that may
// never be; layout assignment for those that the plan makes.
#pragma once

#include "runtime/backends.h"
#include "runtime/choice.h"

namespace rt3d::runtime {

class Copies {
 public:
  Copies(const Backend& backend, const kernels::Target& target) : backend_(backend), target_(target) {}

  const kernels::Target& target() const { return target_; }

  // Estimated time of the copy; infinite when nothing can make it.
  double ns(const TensorDesc& desc, kernels::Port from, kernels::Port to) const;
  // The problem with the family that makes the copy; throws unsupported when none does.
  Choice choice(const TensorDesc& desc, kernels::Port from, kernels::Port to) const;

 private:
  const Backend& backend_;
  const kernels::Target& target_;
};

}  // namespace rt3d::runtime
