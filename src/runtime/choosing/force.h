// RT3D_FORCE=<family>[:<schedule>]: the one family, and the one schedule of it, to use wherever they are legal.
#pragma once

#include <optional>
#include <string>

#include "runtime/devices/devices.h"

namespace rt3d::runtime {

class Force {
 public:
  // Reads the switch. Throws invalid_argument for a family that the devices do not have, and for what is no schedule.
  explicit Force(const Devices& devices);

  // Narrows who can compute the problem to the forced family, where it is among them. Returns the forced schedule where it is legal.
  std::optional<kernels::Schedule> narrow(std::vector<Offer>& offers, const kernels::Problem& problem);

  // To be called when all problems of a model have been narrowed: throws invalid_argument when a schedule was given that is legal for
  // none of them. A family that computes none of them is logged only: of a list of layers, others may be its own.
  void require_used() const;

 private:
  std::string wish_;  // empty: nothing is forced
  const kernels::KernelFamily* family_ = nullptr;
  std::optional<kernels::Schedule> schedule_;
  bool supported_ = false, used_ = false;
  std::string legal_;  // a schedule that would have been, of the first problem that the family supports
};

}  // namespace rt3d::runtime
