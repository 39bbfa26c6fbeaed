// "ranked": a handful of candidates. The estimates choose the first ones, so that most of the gain is found
// within a few measurements; coordinate steps from the fastest so far correct what the estimate gets wrong
// (Droplet search, TACO 2024).
#include <algorithm>
#include <limits>
#include <set>

#include "tuner/search.h"

namespace rt3d::tuner {
namespace {

constexpr int kRanked = 5;        // by estimate, family defaults included
constexpr int kNeighbours = 3;    // of the fastest
constexpr double kHopeless = 10;  // times the best estimate: such a family is not tried
constexpr int kRounds = 2;

class Ranked final : public Strategy {
 public:
  explicit Ranked(const Candidates& candidates) : candidates_(candidates) {
    const double limit = candidates.empty() ? 0 : candidates.front().estimate_ns * kHopeless;
    std::set<std::size_t> chosen;
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (candidates[i].family_default && candidates[i].estimate_ns <= limit) chosen.insert(i);
    for (std::size_t i = 0; i < candidates.size() && chosen.size() < kRanked; ++i)
      if (candidates[i].estimate_ns <= limit) chosen.insert(i);
    first_.assign(chosen.begin(), chosen.end());
  }

  std::optional<Ask> ask() override {
    if (position_ < first_.size())
      current_ = first_[position_++];
    else if (const auto next = neighbour(); next)
      current_ = *next;
    else
      return std::nullopt;
    asked_.insert(current_);
    return Ask{.candidate = current_, .rounds = kRounds};
  }

  void tell(double time_ns) override {
    if (time_ns >= best_ns_) return;
    best_ns_ = time_ns;
    best_ = current_;
  }

  int total() const override {
    return static_cast<int>(std::min(first_.size() + kNeighbours, candidates_.size()));
  }

 private:
  // The best estimate among the untried schedules one knob away from the fastest.
  std::optional<std::size_t> neighbour() const {
    if (asked_.size() >= first_.size() + kNeighbours || best_ns_ == kNever) return std::nullopt;
    const Candidate& center = candidates_[best_];
    for (std::size_t i = 0; i < candidates_.size(); ++i)
      if (!asked_.contains(i) && candidates_[i].family == center.family &&
          differ_in_one_knob(candidates_[i].schedule, center.schedule))
        return i;
    return std::nullopt;
  }

  static constexpr double kNever = std::numeric_limits<double>::infinity();
  const Candidates& candidates_;
  std::vector<std::size_t> first_;
  std::size_t position_ = 0;
  std::size_t current_ = 0;
  std::set<std::size_t> asked_;
  double best_ns_ = kNever;
  std::size_t best_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_ranked(const Candidates& candidates) {
  return std::make_unique<Ranked>(candidates);
}

}  // namespace rt3d::tuner
