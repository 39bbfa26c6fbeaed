// Copies between layouts, spaces and types: which of the devices' families makes one, and at what price. Selection asks for prices of copies
// that may never be; layout assignment for those that the plan makes.
#pragma once

#include "runtime/choosing/choice.h"
#include "runtime/devices/devices.h"

namespace rt3d::runtime {

class Copies {
 public:
  explicit Copies(const Devices& devices) : devices_(devices) {}

  // Estimated time of the copy; infinite when nothing can make it.
  double ns(const Shape& shape, const kernels::Port& from, const kernels::Port& to) const;
  // The problem with the family that makes the copy; throws unsupported when none does.
  Choice choice(const Shape& shape, const kernels::Port& from, const kernels::Port& to) const;

 private:
  const Devices& devices_;
};

}  // namespace rt3d::runtime
