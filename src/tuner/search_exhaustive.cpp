// "exhaustive-pruned": every candidate whose estimate is not hopeless is measured briefly, best estimate
// first; then the faster part is measured again with more rounds until few are left (successive halving).
// Stopping it at any time leaves the fastest found so far.
#include <algorithm>
#include <cmath>

#include "tuner/search.h"

namespace rt3d::tuner {
namespace {

constexpr double kHopelessSchedule = 4;  // times the best estimate; defaults of families get kHopelessFamily
constexpr double kHopelessFamily = 20;
constexpr std::size_t kFirstCut = 16;  // candidates that are measured a second time
constexpr std::size_t kLast = 2;       // fewer are not halved any more
constexpr int kFirstRounds = 2;

class ExhaustivePruned final : public Strategy {
 public:
  explicit ExhaustivePruned(const Candidates& candidates) {
    const double best = candidates.empty() ? 0 : candidates.front().estimate_ns;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const double limit = best * (candidates[i].family_default ? kHopelessFamily : kHopelessSchedule);
      if (candidates[i].estimate_ns <= limit) bracket_.push_back({.candidate = i, .time_ns = 0});
    }
    total_ = static_cast<int>(bracket_.size());
    for (std::size_t n = std::min(kFirstCut, bracket_.size() / 2); n >= kLast; n /= 2)
      total_ += static_cast<int>(n);
  }

  std::optional<Ask> ask() override {
    if (position_ == bracket_.size() && !halve()) return std::nullopt;
    return Ask{.candidate = bracket_[position_].candidate, .rounds = rounds_};
  }

  void tell(double time_ns) override { bracket_[position_++].time_ns = time_ns; }
  std::vector<std::size_t> ahead() const override {
    std::vector<std::size_t> next;
    for (std::size_t i = position_ + 1; i < bracket_.size(); ++i) next.push_back(bracket_[i].candidate);
    return next;
  }
  int total() const override { return total_; }

 private:
  struct Entry {
    std::size_t candidate;
    double time_ns;
  };

  bool halve() {
    const std::size_t keep = std::min(kFirstCut, bracket_.size() / 2);
    if (keep < kLast) return false;
    std::stable_sort(bracket_.begin(), bracket_.end(),
                     [](const Entry& a, const Entry& b) { return a.time_ns < b.time_ns; });
    bracket_.resize(keep);
    std::erase_if(bracket_, [](const Entry& e) { return std::isinf(e.time_ns); });
    rounds_ *= 2;
    position_ = 0;
    return bracket_.size() >= kLast;
  }

  std::vector<Entry> bracket_;
  std::size_t position_ = 0;
  int rounds_ = kFirstRounds;
  int total_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_exhaustive_pruned(const Candidates& candidates) {
  return std::make_unique<ExhaustivePruned>(candidates);
}

}  // namespace rt3d::tuner
