#include "jit/in_order.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace rt3d::jit {
namespace {

// Times are counted in multiply-adds issued: about one per cycle.
constexpr std::int32_t kLoadLatency = 3;    // from a 64-bit integer load to the insertion of its value
constexpr std::int32_t kInsertLatency = 3;  // from the insertion to a multiply-add
constexpr int kRegisters = 32;

struct Load {
  std::int32_t op;
  std::int32_t from = 0;  // not before this multiply-add: earlier ones still use the register
  std::int32_t due = 0;   // before this multiply-add, the first that uses what is loaded
  std::int32_t previous;  // the load that filled the register before, or -1
  int done = 0;           // pieces issued, in the order of Issue::Kind
  std::int32_t high_at = 0;
  std::int32_t temporary = -1;

  bool complete() const { return done == 3; }
};

class Layout {
 public:
  explicit Layout(std::span<const BlockOp> ops) {
    read(ops);
    for (int t = 0; t < kTemporaries; ++t) temporaries_.push_back(t);
    for (now_ = 0; now_ < static_cast<std::int32_t>(multiplies_.size()); ++now_) {
      complete_due();
      issues_.push_back({Issue::multiply, multiplies_[static_cast<std::size_t>(now_)], 0});
      issue_soonest();
    }
    complete_due();
  }
  std::vector<Issue> take() { return std::move(issues_); }

 private:
  // Lists multiply-adds and loads, with the time that each load has.
  void read(std::span<const BlockOp> ops) {
    std::array<std::int32_t, kRegisters> free_from{}, filled_by;
    filled_by.fill(-1);
    std::array<bool, kRegisters> used{};  // since it was filled
    for (std::size_t i = 0; i < ops.size(); ++i) {
      const BlockOp& op = ops[i];
      const auto now = static_cast<std::int32_t>(multiplies_.size());
      const auto touch = [&](int reg) {
        const auto r = static_cast<std::size_t>(reg);
        if (filled_by[r] >= 0 && !used[r]) loads_[static_cast<std::size_t>(filled_by[r])].due = now;
        used[r] = true;
      };
      if (op.load) {
        touch(op.to);
        const auto r = static_cast<std::size_t>(op.to);
        loads_.push_back(
            {.op = static_cast<std::int32_t>(i), .from = free_from[r], .previous = filled_by[r]});
        filled_by[r] = static_cast<std::int32_t>(loads_.size()) - 1;
        used[r] = false;
        continue;
      }
      for (int reg : {op.to, op.a, op.b}) {
        touch(reg);
        free_from[static_cast<std::size_t>(reg)] = now + 1;
      }
      multiplies_.push_back(static_cast<std::int32_t>(i));
    }
    for (std::size_t r = 0; r < kRegisters; ++r)
      if (filled_by[r] >= 0 && !used[r])
        loads_[static_cast<std::size_t>(filled_by[r])].due = static_cast<std::int32_t>(multiplies_.size());
  }

  void issue(Load& load) {
    const auto kind = static_cast<Issue::Kind>(Issue::low_half + load.done);
    if (kind == Issue::high_half) {
      load.temporary = temporaries_.front();  // the one that has been free for longest
      temporaries_.pop_front();
      load.high_at = now_;
    }
    if (kind == Issue::insert) temporaries_.push_back(load.temporary);
    issues_.push_back({kind, load.op, std::max(load.temporary, 0)});
    ++load.done;
  }

  // What the next multiply-add needs and has not got, half by half, so that the loads' latencies overlap.
  void complete_due() {
    for (Load& load : loads_) {
      if (load.due != now_ || load.complete()) continue;
      if (load.previous >= 0) complete(loads_[static_cast<std::size_t>(load.previous)]);
      while (load.done < 2) {
        if (load.done == 1 && temporaries_.empty()) insert_oldest();
        issue(load);
      }
    }
    for (Load& load : loads_)
      if (load.due == now_) complete(load);
  }
  void complete(Load& load) {
    while (!load.complete()) issue(load);
  }
  void insert_oldest() {
    Load* oldest = nullptr;
    for (Load& load : loads_)
      if (load.done == 2 && (!oldest || load.high_at < oldest->high_at)) oldest = &load;
    issue(*oldest);
  }

  // One piece behind the multiply-add just issued: of those that may go, the one with the earliest deadline.
  void issue_soonest() {
    while (first_ < loads_.size() && loads_[first_].complete()) ++first_;
    constexpr std::size_t kWindow = 48;
    Load* best = nullptr;
    std::int32_t best_deadline = 0;
    for (std::size_t i = first_; i < std::min(loads_.size(), first_ + kWindow); ++i) {
      Load& load = loads_[i];
      if (load.complete() || !may_go(load)) continue;
      const std::int32_t deadline =
          load.due - kInsertLatency - (load.done < 2 ? kLoadLatency + 2 - load.done : 0);
      if (best && deadline >= best_deadline) continue;
      best = &load;
      best_deadline = deadline;
    }
    if (best) issue(*best);
  }
  bool may_go(const Load& load) const {
    if (load.done == 0)
      return load.from <= now_ + 1 &&
             (load.previous < 0 || loads_[static_cast<std::size_t>(load.previous)].complete());
    return load.done == 1 ? !temporaries_.empty() : now_ - load.high_at >= kLoadLatency;
  }

  std::vector<Load> loads_;
  std::vector<std::int32_t> multiplies_;
  std::vector<Issue> issues_;
  std::deque<std::int32_t> temporaries_;
  std::size_t first_ = 0;  // loads before it are complete
  std::int32_t now_ = 0;   // the multiply-add that comes next, or was just issued
};

}  // namespace

std::vector<Issue> lay_out_in_order(std::span<const BlockOp> ops) { return Layout(ops).take(); }

}  // namespace rt3d::jit
