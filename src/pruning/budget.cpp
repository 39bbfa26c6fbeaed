#include "pruning/budget.h"

#include <queue>
#include <tuple>

#include "base/error.h"

namespace rt3d::pruning {

namespace {

class Removals {
 public:
  Removals(std::span<const RemovalTrace> traces, std::span<const double> most_macs)
      : traces_(traces), left_(most_macs.begin(), most_macs.end()), taken_(traces.size(), 0) {
    for (std::size_t i = 0; i < traces.size(); ++i) offer(i);
  }

  // False when nothing may go any more.
  bool take_cheapest() {
    while (!next_.empty()) {
      const std::size_t trace = std::get<1>(next_.top());
      next_.pop();
      const double macs = traces_[trace].macs[taken_[trace]];
      double& left = left_[traces_[trace].layer];
      if (macs > left) continue;  // and with it all that come later in this trace
      left -= macs;
      removed_ += macs;
      ++taken_[trace];
      offer(trace);
      return true;
    }
    return false;
  }

  double removed() const { return removed_; }
  std::vector<std::size_t> taken() && { return std::move(taken_); }

 private:
  void offer(std::size_t trace) {
    const RemovalTrace& t = traces_[trace];
    const std::size_t step = taken_[trace];
    if (step < t.groups.size() && t.macs[step] > 0) next_.push({t.losses[step] / t.macs[step], trace});
  }

  using Next = std::tuple<double, std::size_t>;
  std::span<const RemovalTrace> traces_;
  std::vector<double> left_;
  std::vector<std::size_t> taken_;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next_;
  double removed_ = 0;
};

}  // namespace

std::vector<std::size_t> choose_removals(std::span<const RemovalTrace> traces,
                                         std::span<const double> most_macs, double macs_to_remove,
                                         double all_macs) {
  Removals removals(traces, most_macs);
  while (removals.removed() < macs_to_remove)
    if (!removals.take_cheapest())
      fail(Code::invalid_argument, "a target of ", all_macs / (all_macs - macs_to_remove),
           " times fewer multiply-adds is out of reach: with all that may go the model is at ",
           all_macs / (all_macs - removals.removed()), " times");
  return std::move(removals).taken();
}

double most_removable(std::span<const RemovalTrace> traces, std::span<const double> most_macs) {
  Removals removals(traces, most_macs);
  while (removals.take_cheapest()) {
  }
  return removals.removed();
}

}  // namespace rt3d::pruning
