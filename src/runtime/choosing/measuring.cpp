#include "runtime/choosing/measuring.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/heap.h"
#include "base/log.h"
#include "kernels/ref/ref.h"
#include "tuner/turns.h"

namespace rt3d::runtime {
namespace {

constexpr double kFloorShare = 0.2;  // of the time for measuring: given to all problems alike

std::int64_t ns_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count();
}

// From now on the alternatives are what the database knows, so that the next load comes to the same plan.
void take_over(OpenChoice& open, const tuner::TimedSchedule& found, const tuner::TuningDb& db) {
  Choice& choice = *open.choice;
  choice.measurements = found.measurements;
  const auto wrong = [&](const auto& alternative) {
    return std::any_of(found.wrong.begin(), found.wrong.end(), [&](const auto& w) {
      return w.first == alternative.family && w.second == alternative.schedule;
    });
  };
  std::erase_if(choice.alternatives, wrong);
  if (found.measurements == 0) return;
  std::vector<tuner::TimedSchedule> measured = found.others;
  measured.insert(measured.begin(), found);
  std::erase_if(choice.alternatives, [&](const Alternative& a) { return a.engine == open.engine; });
  for (const tuner::TimedSchedule& row :
       tuner::recall(db, choice.problem, open.families, open.engine->target())) {
    if (wrong(row)) continue;
    const bool now = std::any_of(measured.begin(), measured.end(),
                                 [&](const tuner::TimedSchedule& m) { return m.family == row.family; });
    add_alternative(choice, row, now ? Source::tuned : Source::database, *open.engine);
  }
  for (const tuner::TimedSchedule& m : measured)  // what the database does not take
    if (!knows(choice, m.family)) add_alternative(choice, m, Source::tuned, *open.engine);
}

}  // namespace

Clock::time_point now_of(const TuningOptions& options) { return options.now ? options.now() : Clock::now(); }

void add_alternative(Choice& choice, const tuner::TimedSchedule& found, Source source,
                     kernels::Engine& engine) {
  choice.alternatives.push_back(
      {.family = found.family,
       .engine = &engine,
       .schedule = found.schedule,
       .source = source,
       .time_ns = found.time_ns,
       .packed_bytes = found.family->packed_bytes(choice.problem, found.schedule, engine.target())});
}

bool knows(const Choice& choice, const kernels::KernelFamily* family) {
  return std::any_of(choice.alternatives.begin(), choice.alternatives.end(),
                     [&](const Alternative& a) { return a.family == family; });
}

std::vector<double> tuning_shares(const std::vector<double>& costs_ns) {
  const double sum = std::accumulate(costs_ns.begin(), costs_ns.end(), 0.0);
  const double count = static_cast<double>(costs_ns.size());
  std::vector<double> shares;
  shares.reserve(costs_ns.size());
  for (double cost : costs_ns)
    shares.push_back((sum > 0 ? (1 - kFloorShare) * cost / sum : 0) + kFloorShare / count);
  return shares;
}

Measuring::Measuring(std::vector<OpenChoice*> open, const MeasuringRequest& request, tuner::TuningDb& db)
    : open_(std::move(open)),
      request_(request),
      db_(db),
      oracle_(kernels::ref::sample),
      start_(now_of(request.options)) {
  std::vector<double> costs;
  for (const OpenChoice* o : open_) costs.push_back(o->estimates.front().time_ns * o->choice->uses);
  const std::vector<double> shares = tuning_shares(costs);
  for (std::size_t i = 0; i < open_.size(); ++i) open_[i]->share = shares[i];
  // What costs most first: where the time runs out, the small ones keep their estimates.
  std::stable_sort(open_.begin(), open_.end(),
                   [](const OpenChoice* a, const OpenChoice* b) { return a->share > b->share; });
}

// When the end of all has come, the rest is gone through nevertheless: each says that it is estimated.
bool Measuring::until(Clock::time_point deadline) {
  while (at_ < open_.size() && !stopped_) {
    if (deadline < request_.end && now() >= deadline) return false;
    if (!tuning_) begin();
    if (!tuning_->until(deadline)) return false;
    end_problem();
  }
  return true;
}

void Measuring::begin() {
  OpenChoice& open = *open_[at_];
  // Others' allocations would wait for it.
  if (request_.options.turns == nullptr)
    trim_heap();
  else
    request_.options.turns->give_back();
  // What is known of this CPU says nothing about a device.
  tuner::Machine* machine = open.engine->space() == kernels::Space::host ? &request_.machine : nullptr;
  tuning_ = std::make_unique<tuner::ProblemTuning>(
      tuner::TuneRequest{open.choice->problem, open.families, *open.engine, request_.options.mode, deadline(),
                         oracle_, [this](const tuner::Progress& p) { return report(p); },
                         request_.options.now, request_.memory_bytes, machine, request_.renewal, request_.end,
                         request_.options.turns},
      db_);
}

void Measuring::end_problem() {
  const Choice& choice = *open_[at_]->choice;
  const tuner::TimedSchedule found = tuning_->result();
  tuning_.reset();
  take_over(*open_[at_], found, db_);
  if (found.cancelled)
    fail(Code::cancelled, "tuning was cancelled after ", at_, " of ", open_.size(),
         " problems; what was measured is kept");
  log(LogLevel::info, found.measurements > 0 ? "tuned " : "estimated, for the time ran out: ", choice.text,
      ": ", found.family->id(), " ", found.schedule.text(), ", ", found.time_ns / 1e6, " ms after ",
      found.measurements, " measurements");
  if (found.estimated_ns > 0)
    gains_[choice.text] = {choice.uses * found.estimated_ns, choice.uses * found.time_ns};
  stopped_ = found.stopped;
  ++at_;
}

// The remaining time is shared by the remaining problems.
Clock::time_point Measuring::deadline() const {
  if (request_.end == Clock::time_point::max()) return request_.end;
  double rest = 0;
  for (std::size_t j = at_; j < open_.size(); ++j) rest += open_[j]->share;
  const double share = rest > 0 ? open_[at_]->share / rest : 1;
  const auto slice = std::chrono::duration<double, std::nano>(
      std::max<double>(0, static_cast<double>((request_.end - now()).count())) * share);
  return std::min(request_.end, now() + std::chrono::duration_cast<Clock::duration>(slice));
}

double Measuring::share_done() const {
  double done = 0;
  for (std::size_t i = 0; i < at_; ++i) done += open_[i]->share;
  return at_ == open_.size() ? 1 : done;
}

tuner::Answer Measuring::report(const tuner::Progress& candidates) const {
  if (!request_.options.progress) return tuner::Answer::go_on;
  TuningProgress p;
  p.problems_done = static_cast<int>(at_);
  p.problems_total = static_cast<int>(open_.size());
  p.candidates = candidates;
  p.elapsed_ns = ns_between(start_, now());
  const double done = static_cast<double>(at_) + static_cast<double>(candidates.candidates_done) /
                                                     std::max(1, candidates.candidates_total);
  const double total = static_cast<double>(open_.size());
  p.remaining_ns =
      static_cast<std::int64_t>(static_cast<double>(p.elapsed_ns) * (total - done) / std::max(done, 0.01));
  if (request_.end != Clock::time_point::max())
    p.remaining_ns = std::min(p.remaining_ns, std::max<std::int64_t>(0, ns_between(now(), request_.end)));
  p.problem = open_[at_]->choice->text;
  return request_.options.progress(p);
}

}  // namespace rt3d::runtime
