// Plans of one model for the input shapes that a session had before: the last few, asleep but for their packed weights and their code.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "runtime/prepared.h"

namespace rt3d::runtime {

using InputShapes = std::map<std::string, Shape>;  // of all inputs

class ShapedPlans {
 public:
  using Kept = std::list<std::pair<InputShapes, std::shared_ptr<Prepared>>>;

  explicit ShapedPlans(std::size_t most) : most_(most) {}

  std::shared_ptr<Prepared> find(const InputShapes& shapes) const;  // nullptr where it is not kept
  // Does not keep the plan of these shapes any longer, which is used now, and keeps `instead`, a list of one. The one that was kept for the
  // longest time goes where there are too many. Allocates nothing.
  void exchange(const InputShapes& used, Kept instead);

 private:
  std::size_t most_;
  Kept plans_;  // the latest first
};

}  // namespace rt3d::runtime
