#include "tuner/machine.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "tuner/row.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {
namespace {

constexpr double kBeyond = 1.15;  // times the highest rate: clocks change, and small times are coarse
constexpr int kMoreLooks = 4;     // before a time is refused
// Vectors loaded and stored by a core for each multiply-add that it can start, at the most. Two loads and a store for two
// multiply-adds are usual (Intel since Haswell, AMD since Zen 2); three loads and two stores for one or two are the most that is
// known (Golden Cove; Cortex-X with four), and caches beyond the first are slower.
constexpr double kVectorsMoved = 4;
constexpr double kVectorsStarted =
    4;  // multiply-adds of a vector per cycle: four pipes in the widest AArch64 cores
constexpr double kWidestStarted = 2;  // on x86-64
constexpr double kMostGhz = 7;        // no CPU is clocked so high
constexpr std::size_t kMostRows =
    1000;  // that are looked at for the highest rate: more would not be worth the time

}  // namespace

Machine::Machine(LookFn look, std::function<double()> remembered)
    : look_(std::move(look)), remembered_(std::move(remembered)) {}

void Machine::look() {
  const MachineState state = look_();
  highest_ = std::max(highest_, state.multiply_adds_per_ns);
  disturbance_ = state.disturbance;
}

double Machine::disturbance() {
  if (!look_) return 0;
  look();
  if (disturbance_ <= kQuiet) return disturbance_;
  const double first = disturbance_;
  look();
  return disturbance_ = std::min(first, disturbance_);
}

bool Machine::possible(const kernels::Work& work, double ns) {
  if (!(ns > 0)) return false;
  if (!look_) return true;
  const double needed = rate_needed(work, ns) / kBeyond;
  for (int looks = highest_ > 0 ? 0 : -1; looks < kMoreLooks && needed > highest_; ++looks) {
    look();
    if (highest_ == 0) return true;  // nothing is known of this machine
  }
  if (needed > highest_ && remembered_) highest_ = std::max(highest_, std::exchange(remembered_, {})());
  return needed <= highest_;
}

double rate_needed(const kernels::Work& work, double ns) {
  constexpr double kFloat = sizeof(float);
  return std::max(work.multiply_adds, work.bytes / (kVectorsMoved * kFloat)) / ns;
}

bool possible_anywhere(const kernels::Work& work, double ns, const kernels::Target& target) {
  const Isa isa = target.device.isa;
  if (isa == Isa::none) return true;
  const double started = isa == Isa::neon ? kVectorsStarted : kWidestStarted;
  return ns > 0 && rate_needed(work, ns) <= target.threads * kMostGhz * started * isa_lanes(isa);
}

namespace {

// The least work that a row's time was for; nothing when the row is not for this device, or for a family or
// schedule that does not stand here.
struct RowWork {
  kernels::Work work;
  kernels::Target target;
};
std::optional<RowWork> work_of(const Row& row, std::span<const kernels::KernelFamily* const> families,
                               const Device& device) {
  if (row.device != device.fingerprint()) return std::nullopt;
  const kernels::KernelFamily* family = family_of(row, families);
  if (family == nullptr) return std::nullopt;
  try {
    const kernels::Problem problem = kernels::parse_problem(row.problem);
    const kernels::Schedule schedule = kernels::parse_schedule(row.schedule);
    // Half: whatever it was measured for.
    const kernels::Target target{device, row.threads, kernels::Accuracy::half};
    if (family->supports(problem, target) && family->tunables(problem, target).allow(schedule))
      return RowWork{family->least_work(problem, schedule, target), target};
  } catch (const Error& error) {
    log(LogLevel::debug, "tuning database: ", row.family, " ", row.schedule, ": ", error.what());
  }
  return std::nullopt;
}

}  // namespace

bool believable(const Row& row, std::span<const kernels::KernelFamily* const> families,
                const Device& device) {
  const std::optional<RowWork> known = work_of(row, families, device);
  return !known || possible_anywhere(known->work, row.time_ns, known->target);
}

double highest_rate(const TuningDb& db, std::span<const kernels::KernelFamily* const> families,
                    const kernels::Target& target) {
  double highest = 0;
  std::size_t looked_at = 0;
  for (const Row& row : db.rows(target.device.fingerprint())) {
    if (row.disturbance > kQuiet) continue;
    if (++looked_at > kMostRows) break;
    const std::optional<RowWork> known = work_of(row, families, target.device);
    if (known && possible_anywhere(known->work, row.time_ns, known->target))
      highest = std::max(highest, rate_needed(known->work, row.time_ns) / row.threads * target.threads);
  }
  return highest;
}

}  // namespace rt3d::tuner
