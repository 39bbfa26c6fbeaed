// The strategy of a mode, behind what the database knows: of the problem itself, or of something near.
#include <algorithm>
#include <utility>

#include "tuner/row.h"
#include "tuner/search.h"

namespace rt3d::tuner {
namespace {

// As many as there are candidates where it is none.
std::size_t index_of(const Candidates& candidates, const TimedSchedule& schedule) {
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& c) {
    return c.family == schedule.family && c.schedule == schedule.schedule;
  });
  return static_cast<std::size_t>(found - candidates.begin());
}

// What was fastest there, the fastest of code that leaves zeros out or does not, whichever the former is not, and the best
// estimate here, should something else be faster now.
std::vector<std::size_t> near_candidates(const Candidates& candidates,
                                         const std::vector<TimedSchedule>& near) {
  std::vector<std::size_t> chosen;
  const auto add = [&](std::size_t candidate) {
    if (candidate < candidates.size() && std::find(chosen.begin(), chosen.end(), candidate) == chosen.end())
      chosen.push_back(candidate);
  };
  for (const TimedSchedule& found : near) {
    const bool sparse = found.family->traits().leaves_zeros;
    if (&found == near.data() || sparse != near.front().family->traits().leaves_zeros)
      add(index_of(candidates, found));
    if (chosen.size() == 2) break;
  }
  if (!chosen.empty()) add(0);
  return chosen;
}

}  // namespace

std::unique_ptr<Strategy> make_informed(Mode mode, const Candidates& candidates, std::vector<Row> remembered,
                                        const std::vector<TimedSchedule>& near) {
  std::unique_ptr<Strategy> strategy = strategy_for(mode).make(candidates);
  std::stable_sort(remembered.begin(), remembered.end(),
                   [](const Row& a, const Row& b) { return a.disturbance > b.disturbance; });
  std::vector<std::size_t> first;
  for (const Row& row : remembered)
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (candidates[i].family->id() == row.family && candidates[i].schedule.text() == row.schedule)
        first.push_back(i);
  if (!first.empty()) return make_first(std::move(first), std::move(strategy));
  std::vector<std::size_t> these = near_candidates(candidates, near);
  return these.empty() ? std::move(strategy) : make_only(std::move(these), std::move(strategy));
}

}  // namespace rt3d::tuner
