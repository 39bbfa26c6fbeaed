#include "kernels/tunables.h"

#include <algorithm>

namespace rt3d::kernels {

Tunables& Tunables::decide(std::string name, Values values) {
  knobs_.push_back({std::move(name), std::move(values)});
  return *this;
}

Tunables& Tunables::decide(std::string name, std::vector<int> values) {
  return decide(std::move(name),
                [list = std::move(values)](const Schedule&) -> std::vector<int> { return list; });
}

Schedule Tunables::in_order(const Schedule& decided) const {
  Schedule schedule;
  for (const std::string& name : order_) schedule.add(name, decided.get(name));
  return schedule;
}

void Tunables::extend(Schedule& decided, std::vector<Schedule>& all) const {
  const std::size_t at = decided.knobs().size();
  if (at == knobs_.size()) return all.push_back(in_order(decided));
  for (int value : knobs_[at].values(decided)) {
    decided.add(knobs_[at].name, value);
    extend(decided, all);
    decided.drop_last();
  }
}

std::vector<Schedule> Tunables::all() const {
  std::vector<Schedule> all;
  Schedule decided;
  extend(decided, all);
  return all;
}

bool Tunables::allow(const Schedule& schedule) const {
  const auto same = [](const auto& knob, const std::string& name) { return knob.first == name; };
  if (!std::ranges::equal(schedule.knobs(), order_, same)) return false;
  Schedule decided;
  for (const Knob& knob : knobs_) {
    const int value = schedule.get(knob.name);
    const std::vector<int> values = knob.values(decided);
    if (std::ranges::find(values, value) == values.end()) return false;
    decided.add(knob.name, value);
  }
  return true;
}

}  // namespace rt3d::kernels
