// Schedules with times that need no measurement: estimates, and what the database remembers.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/log.h"
#include "kernels/sparsity.h"
#include "tuner/seeds.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {

namespace {

constexpr double kNear = 2;  // as a factor of the share that is kept

// From a share that was measured to the problem's.
std::vector<TimedSchedule> carried_over(std::vector<TimedSchedule> remembered, const kernels::Problem& from,
                                        const kernels::Problem& to, const kernels::Target& target) {
  std::erase_if(remembered, [&](const TimedSchedule& s) {
    return s.rigor == kSurveyed || !s.family->tunables(to, target).allow(s.schedule);
  });
  for (TimedSchedule& s : remembered) {
    s.time_ns *=
        s.family->estimate_ns(to, s.schedule, target) / s.family->estimate_ns(from, s.schedule, target);
    s.problem = from.text();
  }
  std::stable_sort(remembered.begin(), remembered.end(),
                   [](const TimedSchedule& a, const TimedSchedule& b) { return a.time_ns < b.time_ns; });
  return remembered;
}

}  // namespace

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

const KernelFamily* family_of(const Row& row, std::span<const KernelFamily* const> families) {
  const auto family = std::find_if(families.begin(), families.end(), [&](const KernelFamily* f) {
    return f->id() == row.family && f->version() == row.version;
  });
  return family == families.end() ? nullptr : *family;
}

std::vector<TimedSchedule> estimates(const Problem& problem, std::span<const KernelFamily* const> families,
                                     const Target& target) {
  std::vector<TimedSchedule> best;
  for (const KernelFamily* family : families) {
    TimedSchedule choice;
    choice.family = family;
    choice.schedule = family->space(problem, target).front();
    choice.time_ns = family->estimate_ns(problem, choice.schedule, target);
    best.push_back(std::move(choice));
  }
  std::stable_sort(best.begin(), best.end(),
                   [](const TimedSchedule& a, const TimedSchedule& b) { return a.time_ns < b.time_ns; });
  return best;
}

TimedSchedule estimate(const Problem& problem, std::span<const KernelFamily* const> families,
                       const Target& target) {
  std::vector<TimedSchedule> best = estimates(problem, families, target);
  if (best.empty()) fail(Code::internal, "no kernel family was given for ", problem.text());
  return std::move(best.front());
}

namespace {

std::vector<Row> usable(std::vector<Row> rows, const Problem& problem,
                        std::span<const KernelFamily* const> families, const Target& target) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.time_ns < b.time_ns; });
  std::erase_if(rows, [&](const Row& row) {
    const KernelFamily* family = family_of(row, families);
    if (family == nullptr) return true;
    try {
      const Schedule schedule = kernels::parse_schedule(row.schedule);
      if (!family->tunables(problem, target).allow(schedule)) return true;
      if (possible_anywhere(family->least_work(problem, schedule, target), row.time_ns, target)) return false;
      log(LogLevel::info, "tuning database: ignored, since no CPU is so fast: ", row.family, " ",
          row.schedule, " in ", row.time_ns, " ns for ", row.problem);
    } catch (const Error& error) {
      log(LogLevel::debug, "tuning database: ", row.family, " ", row.schedule, ": ", error.what());
    }
    return true;
  });
  return rows;
}

std::vector<TimedSchedule> timed(const std::vector<Row>& rows,
                                 std::span<const KernelFamily* const> families) {
  std::vector<TimedSchedule> remembered;
  for (const Row& row : rows) {
    TimedSchedule choice;
    choice.family = family_of(row, families);
    choice.schedule = kernels::parse_schedule(row.schedule);
    choice.time_ns = row.time_ns;
    choice.rigor = row.rigor;
    choice.disturbance = row.disturbance;
    choice.device = row.device;
    choice.threads = row.threads;
    remembered.push_back(std::move(choice));
  }
  return remembered;
}

// Of the closest relative, at least so close, of which something is usable.
std::vector<Row> rows_of_relatives(const TuningDb& db, const Problem& problem,
                                   std::span<const KernelFamily* const> families, const Target& target,
                                   Kinship least) {
  const std::string device = target.device.fingerprint();
  for (std::vector<Row>& rows : db.relatives(device, target.threads, problem.text())) {
    if (kinship(device, rows.front().device) < least) break;
    std::erase_if(rows, [](const Row& row) { return row.rigor == kSurveyed; });
    std::vector<Row> found = usable(std::move(rows), problem, families, target);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace

std::vector<Row> usable_rows(const TuningDb& db, const Problem& problem,
                             std::span<const KernelFamily* const> families, const Target& target) {
  return usable(db.find(target.device.fingerprint(), target.threads, problem.text()), problem, families,
                target);
}

std::vector<Row> rows_of_other_threads(const TuningDb& db, const Problem& problem,
                                       std::span<const KernelFamily* const> families, const Target& target) {
  return rows_of_relatives(db, problem, families, target, Kinship::same);
}

std::vector<TimedSchedule> recall(const TuningDb& db, const Problem& problem,
                                  std::span<const KernelFamily* const> families, const Target& target) {
  return timed(usable_rows(db, problem, families, target), families);
}

std::vector<TimedSchedule> recall_near(const TuningDb& db, const Problem& problem,
                                       std::span<const KernelFamily* const> families, const Target& target) {
  // Times stay as they are: they only compete among themselves.
  if (const std::vector<Row> found =
          rows_of_relatives(db, problem, families, target, Kinship::instruction_set);
      !found.empty())
    return timed(found, families);
  std::optional<kernels::Sparsity> sparsity = kernels::sparsity_of(problem);
  if (!sparsity) return {};
  std::vector<int> shares;
  const int here = sparsity->kept_percent;
  for (int share = 1; share < 100; ++share)
    if (share != here && share <= kNear * here && here <= kNear * share) shares.push_back(share);
  std::stable_sort(shares.begin(), shares.end(),
                   [&](int a, int b) { return std::abs(a - here) < std::abs(b - here); });
  Problem near = problem;
  for (const int share : shares) {
    sparsity->kept_percent = share;
    near.attributes.set(kernels::kSparsityAttribute, sparsity->text());
    std::vector<TimedSchedule> found =
        carried_over(recall(db, near, families, target), near, problem, target);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace rt3d::tuner
