// "ranked": a handful of candidates. First a survey: the default of every family that the estimates do not rule out, briefly, and
// with few families the next best estimates. Then those that came out close to the fastest again, with more rounds. At last
// coordinate steps from the fastest, and some from the best of the next family, correct what the estimates get wrong (Droplet search, TACO
// 2024). So most of the gain is found within a few measurements, and nine families cost hardly more than two.
#include <algorithm>
#include <map>
#include <set>

#include "tuner/search.h"

namespace rt3d::tuner {
namespace {

constexpr std::size_t kSurvey = 5;       // candidates, when families are fewer
constexpr double kPromising = 2.5;       // times the best estimate: such a family's default is tried
constexpr double kUnpromising = 10;      // likewise: nothing beyond is tried
constexpr double kClose = 1.1;           // times the fastest: measured again …
constexpr std::size_t kMostClose = 2;    // … if there are no more
constexpr double kWorthRefining = 1.25;  // times the fastest: the next family's best
constexpr int kSteps = 3;                // from the fastest
constexpr int kNextSteps = 2;            // from the next family's best
constexpr int kRounds = 2;
constexpr int kBriefRounds = 1;

class Ranked final : public Strategy {
 public:
  explicit Ranked(const Candidates& candidates) : candidates_(candidates) {
    std::set<std::size_t> chosen = promising_defaults();
    many_families_ = chosen.size() > kSurvey / 2;
    for (std::size_t i = 0; i < candidates.size() && chosen.size() < kSurvey; ++i)
      if (candidates[i].estimate_ns <= kUnpromising * candidates.front().estimate_ns) chosen.insert(i);
    survey_.assign(chosen.begin(), chosen.end());
  }

  std::optional<Ask> ask() override {
    if (position_ < survey_.size()) {
      const std::size_t next = survey_[position_++];
      return ask(next, many_families_ && candidates_[next].family_default ? kBriefRounds : kRounds);
    }
    if (!compared_) {
      compared_ = true;
      if (many_families_) close_ = close_to_fastest();
    }
    if (!close_.empty()) {
      const std::size_t next = close_.back();
      close_.pop_back();
      return ask(next, kRounds);
    }
    const auto next = step();
    return next ? ask(*next, kRounds) : std::nullopt;
  }

  void tell(double time_ns) override { times_ns_[current_] = time_ns; }

  // The rest of the survey; behind it the neighbours of what is the fastest now.
  std::vector<std::size_t> ahead() const override {
    std::vector<std::size_t> next(survey_.begin() + static_cast<std::ptrdiff_t>(position_), survey_.end());
    const std::size_t best = fastest(nullptr);
    if (best == candidates_.size()) return next;
    for (std::size_t i = 0; i < candidates_.size() && next.size() < survey_.size() + kSteps; ++i)
      if (i != current_ && is_neighbour(i, best)) next.push_back(i);
    return next;
  }

  int total() const override {
    const std::size_t most = survey_.size() + kSteps + (many_families_ ? kNextSteps + kMostClose : 0);
    return static_cast<int>(std::min(most, candidates_.size() + (many_families_ ? kMostClose : 0)));
  }

 private:
  std::optional<Ask> ask(std::size_t candidate, int rounds) {
    current_ = candidate;
    return Ask{.candidate = candidate, .rounds = rounds};
  }

  // And the one that needs least memory for its constants, which the session's limit may ask for.
  std::set<std::size_t> promising_defaults() const {
    std::set<std::size_t> chosen;
    std::size_t leanest = candidates_.size();
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const Candidate& c = candidates_[i];
      if (!c.family_default || c.estimate_ns > kUnpromising * candidates_.front().estimate_ns) continue;
      if (c.estimate_ns <= kPromising * candidates_.front().estimate_ns) chosen.insert(i);
      if (leanest == candidates_.size() || c.packed_bytes < candidates_[leanest].packed_bytes) leanest = i;
    }
    if (leanest < candidates_.size()) chosen.insert(leanest);
    return chosen;
  }

  // Worst first, so that the last is the next to ask for.
  std::vector<std::size_t> close_to_fastest() const {
    const std::size_t best = fastest(nullptr);
    std::vector<std::size_t> close;
    if (best == candidates_.size()) return close;
    for (const auto& [candidate, ns] : times_ns_)
      if (candidate != best && ns <= kClose * times_ns_.at(best)) close.push_back(candidate);
    std::sort(close.begin(), close.end(),
              [&](std::size_t a, std::size_t b) { return times_ns_.at(a) > times_ns_.at(b); });
    if (close.size() > kMostClose)
      close.erase(close.begin(), close.end() - static_cast<std::ptrdiff_t>(kMostClose));
    return close;
  }

  // Of what was timed, leaving out one family; as many as there are candidates when there is none.
  std::size_t fastest(const kernels::KernelFamily* without) const {
    std::size_t best = candidates_.size();
    double best_ns = kNever;
    for (const auto& [candidate, ns] : times_ns_)
      if (candidates_[candidate].family != without && ns < best_ns) best = candidate, best_ns = ns;
    return best;
  }

  std::optional<std::size_t> step() {
    const std::size_t best = fastest(nullptr);
    if (best == candidates_.size()) return std::nullopt;
    if (steps_ < kSteps)
      if (const auto next = neighbour(best)) return ++steps_, next;
    if (!many_families_ || next_steps_ >= kNextSteps) return std::nullopt;
    const std::size_t rival = fastest(candidates_[best].family);
    if (rival == candidates_.size() || times_ns_.at(rival) > kWorthRefining * times_ns_.at(best))
      return std::nullopt;
    ++next_steps_;
    return neighbour(rival);
  }

  // The best estimate among the untried schedules one knob away.
  std::optional<std::size_t> neighbour(std::size_t center) const {
    for (std::size_t i = 0; i < candidates_.size(); ++i)
      if (is_neighbour(i, center)) return i;
    return std::nullopt;
  }
  bool is_neighbour(std::size_t i, std::size_t center) const {
    return !times_ns_.contains(i) && candidates_[i].family == candidates_[center].family &&
           differ_in_one_knob(candidates_[i].schedule, candidates_[center].schedule);
  }

  const Candidates& candidates_;
  bool many_families_ = false;
  std::vector<std::size_t> survey_;
  std::size_t position_ = 0;
  bool compared_ = false;
  std::vector<std::size_t> close_;
  int steps_ = 0, next_steps_ = 0;
  std::size_t current_ = 0;
  std::map<std::size_t, double> times_ns_;  // by candidate: the latest; infinite when it is wrong
};

}  // namespace

std::unique_ptr<Strategy> make_ranked(const Candidates& candidates) {
  return std::make_unique<Ranked>(candidates);
}

}  // namespace rt3d::tuner
