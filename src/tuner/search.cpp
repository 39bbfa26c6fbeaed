#include "tuner/search.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"

namespace rt3d::tuner {

const StrategyRow search_strategies[2] = {
    {Mode::quick, "ranked", "the promising families' defaults, then neighbours of the fastest", make_ranked},
    {Mode::full, "exhaustive-pruned",
     "every candidate that is not hopeless by estimate, then successive halving", make_exhaustive_pruned},
};

namespace {

class First final : public Strategy {
 public:
  First(std::vector<std::size_t> first, std::unique_ptr<Strategy> then)
      : first_(std::move(first)), then_(std::move(then)) {}

  std::optional<Ask> ask() override {
    if (times_ns_.size() < first_.size()) return Ask{.candidate = first_[times_ns_.size()]};
    std::optional<Ask> next = then_->ask();
    for (auto known = find(next); known != first_.end(); known = find(next)) {
      then_->tell(times_ns_[static_cast<std::size_t>(known - first_.begin())]);
      *known = kAnswered;
      next = then_->ask();
    }
    asked_then_ = true;
    return next;
  }
  void tell(double time_ns) override {
    if (asked_then_)
      then_->tell(time_ns);
    else
      times_ns_.push_back(time_ns);
  }
  std::vector<std::size_t> ahead() const override {
    if (asked_then_) return then_->ahead();
    std::vector<std::size_t> next;
    for (std::size_t i = times_ns_.size() + 1; i < first_.size(); ++i) next.push_back(first_[i]);
    for (const std::size_t candidate : then_->ahead())
      if (std::find(first_.begin(), first_.end(), candidate) == first_.end()) next.push_back(candidate);
    return next;
  }
  int total() const override { return static_cast<int>(first_.size()) + then_->total(); }

 private:
  static constexpr std::size_t kAnswered = std::numeric_limits<std::size_t>::max();

  std::vector<std::size_t>::iterator find(const std::optional<Ask>& ask) {
    return ask ? std::find(first_.begin(), first_.end(), ask->candidate) : first_.end();
  }

  std::vector<std::size_t> first_;
  std::vector<double> times_ns_;  // of the first
  bool asked_then_ = false;
  std::unique_ptr<Strategy> then_;
};

class Only final : public Strategy {
 public:
  Only(std::vector<std::size_t> these, std::unique_ptr<Strategy> otherwise)
      : these_(std::move(these)), otherwise_(std::move(otherwise)) {}

  std::optional<Ask> ask() override {
    if (asked_ < these_.size()) return Ask{.candidate = these_[asked_++]};
    searching_ = !timed_;
    return searching_ ? otherwise_->ask() : std::nullopt;
  }
  void tell(double time_ns) override {
    if (searching_) return otherwise_->tell(time_ns);
    timed_ = timed_ || time_ns < kNever;
  }
  std::vector<std::size_t> ahead() const override {
    if (searching_) return otherwise_->ahead();
    return {these_.begin() + static_cast<std::ptrdiff_t>(asked_), these_.end()};
  }
  int total() const override {
    return static_cast<int>(these_.size()) + (searching_ ? otherwise_->total() : 0);
  }

 private:
  std::vector<std::size_t> these_;
  std::size_t asked_ = 0;
  bool timed_ = false, searching_ = false;
  std::unique_ptr<Strategy> otherwise_;
};

}  // namespace

std::unique_ptr<Strategy> make_only(std::vector<std::size_t> these, std::unique_ptr<Strategy> otherwise) {
  return std::make_unique<Only>(std::move(these), std::move(otherwise));
}

std::unique_ptr<Strategy> make_first(std::vector<std::size_t> first, std::unique_ptr<Strategy> then) {
  return std::make_unique<First>(std::move(first), std::move(then));
}

const StrategyRow& strategy_for(Mode mode) {
  for (const StrategyRow& row : search_strategies)
    if (row.mode == mode) return row;
  fail(Code::internal, "no search strategy for mode ", static_cast<int>(mode));
}

bool differ_in_one_knob(const kernels::Schedule& a, const kernels::Schedule& b) {
  if (a.knobs().size() != b.knobs().size()) return false;
  int different = 0;
  for (std::size_t i = 0; i < a.knobs().size(); ++i) {
    if (a.knobs()[i].first != b.knobs()[i].first) return false;
    different += a.knobs()[i].second != b.knobs()[i].second;
  }
  return different == 1;
}

}  // namespace rt3d::tuner
