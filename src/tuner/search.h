// Search strategies: which candidates to measure, and how thoroughly. A strategy is asked for the next
// candidate and told its time; it never measures, so it can be replayed from recorded times. Deterministic
// given the same times.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "kernels/family.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {

struct Candidate {
  const kernels::KernelFamily* family = nullptr;
  kernels::Schedule schedule;
  double estimate_ns = 0;
  bool family_default = false;    // the family's best estimate
  std::int64_t packed_bytes = 0;  // memory for constants
};

// Best estimate first.
using Candidates = std::vector<Candidate>;

// The time of what is wrong or cannot be compiled.
inline constexpr double kNever = std::numeric_limits<double>::infinity();

struct Ask {
  std::size_t candidate = 0;  // index into the candidates
  int rounds = 2;             // pairs of measurements wanted at least
};

class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual std::optional<Ask> ask() = 0;
  // The time of the candidate just asked for, or kNever.
  virtual void tell(double time_ns) = 0;
  // After ask(), before tell(): what will probably be asked for next, the soonest first; what is compiled ahead. Empty: nobody knows.
  virtual std::vector<std::size_t> ahead() const { return {}; }
  virtual int total() const = 0;  // questions there will be at most, for progress
};

struct StrategyRow {
  Mode mode;
  std::string_view name;
  std::string_view what;
  std::unique_ptr<Strategy> (*make)(const Candidates& candidates);  // which outlive the strategy
};
extern const StrategyRow search_strategies[2];
const StrategyRow& strategy_for(Mode mode);

std::unique_ptr<Strategy> make_ranked(const Candidates& candidates);
std::unique_ptr<Strategy> make_exhaustive_pruned(const Candidates& candidates);

// Asks for these first, briefly, then for what `then` asks; of which these are not asked for a second time at once.
std::unique_ptr<Strategy> make_first(std::vector<std::size_t> first, std::unique_ptr<Strategy> then);

// Asks for these alone; for what `otherwise` asks where none of them has a time.
std::unique_ptr<Strategy> make_only(std::vector<std::size_t> these, std::unique_ptr<Strategy> otherwise);

// The mode's strategy behind what is remembered of the problem, the most disturbed rows before the others: where the time runs out each time,
// all have their turn in the end. Where nothing is, but something near (recall_near()), that alone.
std::unique_ptr<Strategy> make_informed(Mode mode, const Candidates& candidates, std::vector<Row> remembered,
                                        const std::vector<TimedSchedule>& near);

// Whether the schedules are of the same knobs and differ in exactly one value.
bool differ_in_one_knob(const kernels::Schedule& a, const kernels::Schedule& b);

}  // namespace rt3d::tuner
