// Tunables: the legal schedules of a family for one problem, as knobs that are decided one after the other. From one
// description come the whole list, for a search, and the answer whether a schedule is in it, without making the list.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/schedule.h"

namespace rt3d::kernels {

class Tunables {
 public:
  // The values that a knob may have, given the knobs decided before it; none: nothing more can come of those.
  using Values = std::function<std::vector<int>(const Schedule& decided)>;

  Tunables() = default;  // of one schedule, which has no knobs
  // `order` names all knobs as a schedule's text has them; they may be decided in another order.
  explicit Tunables(std::vector<std::string> order) : order_(std::move(order)) {}

  // The next knob to decide; its values may depend on those before it.
  Tunables& decide(std::string name, Values values);
  Tunables& decide(std::string name, std::vector<int> values);

  // All schedules, the first decision varying slowest.
  std::vector<Schedule> all() const;
  // Whether the schedule is one of them: each knob is looked up among its values, none is listed.
  bool allow(const Schedule& schedule) const;

 private:
  struct Knob {
    std::string name;
    Values values;
  };
  void extend(Schedule& decided, std::vector<Schedule>& all) const;
  Schedule in_order(const Schedule& decided) const;

  std::vector<std::string> order_;
  std::vector<Knob> knobs_;
};

}  // namespace rt3d::kernels
