// The two choices that need no measurement: the best estimate, and what the database remembers.
#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

Choice estimate(const Problem& problem, std::span<const KernelFamily* const> families, const Target& target) {
  Choice best;
  for (const KernelFamily* family : families) {
    Schedule schedule = family->space(problem, target).front();
    const double ns = family->estimate_ns(problem, schedule, target);
    if (best.family != nullptr && !(ns < best.time_ns)) continue;
    best.family = family;
    best.schedule = std::move(schedule);
    best.time_ns = ns;
  }
  if (best.family == nullptr) fail(Code::internal, "no kernel family was given for ", problem.text());
  return best;
}

std::optional<Choice> recall(const TuningDb& db, const Problem& problem,
                             std::span<const KernelFamily* const> families, const Target& target) {
  std::vector<Row> rows = db.find(target.device.fingerprint(), target.threads, problem.text());
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.time_ns < b.time_ns; });
  for (const Row& row : rows) {
    const auto family = std::find_if(families.begin(), families.end(), [&](const KernelFamily* f) {
      return f->id() == row.family && f->version() == row.version;
    });
    if (family == families.end()) continue;
    try {
      Schedule schedule = kernels::parse_schedule(row.schedule);
      if (kernels::legal(**family, problem, schedule, target))
        return Choice{
            .family = *family, .schedule = std::move(schedule), .time_ns = row.time_ns, .rigor = row.rigor};
    } catch (const Error& error) {
      log(LogLevel::debug, "tuning database: ", row.family, " ", row.schedule, ": ", error.what());
    }
  }
  return std::nullopt;
}

}  // namespace rt3d::tuner
