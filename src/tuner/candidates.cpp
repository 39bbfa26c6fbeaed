#include "tuner/candidates.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "tuner/journaled.h"

namespace rt3d::tuner {
namespace {

// What tuning takes beside runs of candidates, as measured on cores of 3 to 4 GHz: the operands of a problem and their check, and a
// candidate's code, weights and result. Beside it, what runs are timed for (measure_steps.cpp).
constexpr double kProblemNs = 30e6;
constexpr double kCandidateNs = 3e6;
constexpr double kTimedNs = 3e6;
constexpr double kSlow = 2;     // times the fastest: seen in …
constexpr int kRunsIfSlow = 3;  // … so many runs
constexpr int kRunsBeside = 3;  // to check it, and warm

}  // namespace

Known known_of(const TuneRequest& r, const TuningDb& db) {
  const kernels::Target& target = r.engine.target();
  Known known;
  known.rows = usable_rows(db, r.problem, r.families, target);
  if (known.rows.empty()) known.other_threads = rows_of_other_threads(db, r.problem, r.families, target);
  if (known.tried_first().empty() && r.mode == Mode::quick && r.renewal == Renewal::none)
    known.near = recall_near(db, r.problem, r.families, target);
  return known;
}

Candidates candidates_of(const TuneRequest& r, const TuningDb& db) {
  const std::vector<Intent> quarantined =
      db.quarantined(r.engine.target().device.fingerprint(), r.problem.text());
  Candidates candidates;
  for (const kernels::KernelFamily* family : r.families) {
    bool first = true;
    for (kernels::Schedule& schedule : family->space(r.problem, r.engine.target())) {
      Candidate c{
          .family = family, .schedule = std::move(schedule), .family_default = std::exchange(first, false)};
      if (!quarantined.empty() &&
          std::find(quarantined.begin(), quarantined.end(), intent_of(r, c)) != quarantined.end()) {
        log(LogLevel::warning, "not tried again, since it once ended a process: ", family->id(), " ",
            c.schedule.text(), " for ", r.problem.text());
        continue;
      }
      c.estimate_ns = family->estimate_ns(r.problem, c.schedule, r.engine.target());
      c.packed_bytes = family->packed_bytes(r.problem, c.schedule, r.engine.target());
      candidates.push_back(std::move(c));
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.estimate_ns < b.estimate_ns; });
  return candidates;
}

Prospect prospect_of(const TuneRequest& request, const TuningDb& db) {
  const Candidates candidates = candidates_of(request, db);
  if (candidates.size() < 2) return {};
  const Known known = known_of(request, db);
  const std::unique_ptr<Strategy> strategy =
      make_informed(request.mode, candidates, known.tried_first(), known.near);
  Prospect prospect{.candidates = 0, .ns = kProblemNs};
  std::vector<bool> made(candidates.size());
  double fastest = kNever;
  while (const std::optional<Ask> ask = strategy->ask()) {
    const double ns = candidates[ask->candidate].estimate_ns;
    ++prospect.candidates;
    if (!made[ask->candidate]) prospect.ns += kCandidateNs + kRunsBeside * ns;
    made[ask->candidate] = true;
    if (ns > kSlow * fastest)
      prospect.ns += kRunsIfSlow * ns;
    else  // beside the fastest so far
      prospect.ns += 2 * std::max(kTimedNs, ask->rounds * ns);
    fastest = std::min(fastest, ns);
    strategy->tell(ns);
  }
  return prospect;
}

}  // namespace rt3d::tuner
