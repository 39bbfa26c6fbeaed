#include "runtime/choice.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "kernels/ref/ref.h"

namespace rt3d::runtime {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t kQuickLimitMs = 10'000;

struct Open {
  Choice* choice;
  Families families;
  double weight = 0;  // share of the time for measuring
};

std::int64_t ns_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count();
}

// RT3D_FORCE=<family>[:<schedule>]: narrows the families to the one named, or decides. Returns whether it decided.
bool force(Choice& choice, Families& families, const kernels::Target& target) {
  const std::string wish = env(EnvSwitch::force);
  if (wish.empty()) return false;
  const auto colon = wish.find(':');
  const auto family = std::find_if(families.begin(), families.end(),
                                   [&](const auto* f) { return f->id() == wish.substr(0, colon); });
  if (family == families.end()) return false;
  families = {*family};
  if (colon == std::string::npos) return false;
  const kernels::Schedule schedule = kernels::parse_schedule(wish.substr(colon + 1));
  if (!kernels::legal(*families[0], choice.problem, schedule, target)) return false;
  choice.family = families[0];
  choice.schedule = schedule;
  choice.source = Source::forced;
  return true;
}

void take(Choice& choice, const tuner::Choice& found, Source source) {
  choice.family = found.family;
  choice.schedule = found.schedule;
  choice.time_ns = found.time_ns;
  choice.measurements = found.measurements;
  choice.source = source;
}

// Decides what needs no search; returns whether it did.
bool settle(Choice& choice, Families& families, const kernels::Target& target, const tuner::TuningDb& db) {
  if (force(choice, families, target)) return true;
  if (families.size() == 1 && families[0] == &kernels::ref::family()) {
    choice.family = families[0];
    choice.schedule = families[0]->space(choice.problem, target).front();
    return true;
  }
  if (const auto found = tuner::recall(db, choice.problem, families, target)) {
    take(choice, *found, Source::database);
    return true;
  }
  if (families.size() > 1) return false;
  std::vector<kernels::Schedule> space = families[0]->space(choice.problem, target);
  if (space.size() > 1) return false;
  choice.family = families[0];
  choice.schedule = std::move(space.front());
  return true;
}

class Measuring {
 public:
  Measuring(std::vector<Open>& open, const TuningOptions& options) : open_(open), options_(options) {
    const std::int64_t ms = options.limit_ms >= 0 ? options.limit_ms : kQuickLimitMs;
    if (options.limit_ms >= 0 || options.mode == tuner::Mode::quick)
      end_ = start_ + std::chrono::milliseconds(ms);
  }

  void run(const kernels::Target& target, ThreadPool& pool, tuner::TuningDb& db) {
    const tuner::Oracle oracle = kernels::ref::sample;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      Choice& choice = *open_[i].choice;
      const tuner::TuneRequest request{
          choice.problem, open_[i].families, target, pool,
          options_.mode,  deadline(i),       oracle, [&](const tuner::Progress& p) { return report(i, p); }};
      const tuner::Choice found = tuner::tune(request, db);
      take(choice, found, found.measurements > 0 ? Source::tuned : Source::estimate);
      if (found.cancelled)
        fail(Code::cancelled, "tuning was cancelled after ", i, " of ", open_.size(),
             " problems; what was measured is kept");
      log(LogLevel::info, "tuned ", choice.text, ": ", choice.family->id(), " ", choice.schedule.text(), ", ",
          choice.time_ns / 1e6, " ms after ", choice.measurements, " measurements");
    }
  }

 private:
  // The remaining time is shared by the remaining problems in proportion to their weights.
  Clock::time_point deadline(std::size_t i) const {
    if (end_ == Clock::time_point::max()) return end_;
    double rest = 0;
    for (std::size_t j = i; j < open_.size(); ++j) rest += open_[j].weight;
    const auto now = Clock::now();
    const double share = rest > 0 ? open_[i].weight / rest : 1;
    const auto slice = std::chrono::duration<double, std::nano>(
        std::max<double>(0, static_cast<double>((end_ - now).count())) * share);
    return std::min(end_, now + std::chrono::duration_cast<Clock::duration>(slice));
  }

  bool report(std::size_t i, const tuner::Progress& candidates) const {
    if (!options_.progress) return true;
    TuningProgress p;
    p.problems_done = static_cast<int>(i);
    p.problems_total = static_cast<int>(open_.size());
    p.candidates = candidates;
    p.elapsed_ns = ns_since(start_);
    const double done = static_cast<double>(i) + static_cast<double>(candidates.candidates_done) /
                                                     std::max(1, candidates.candidates_total);
    const double total = static_cast<double>(open_.size());
    p.remaining_ns =
        static_cast<std::int64_t>(static_cast<double>(p.elapsed_ns) * (total - done) / std::max(done, 0.01));
    if (end_ != Clock::time_point::max())
      p.remaining_ns = std::min(p.remaining_ns, std::max<std::int64_t>(0, -ns_since(end_)));
    p.problem = open_[i].choice->text;
    return options_.progress(p);
  }

  std::vector<Open>& open_;
  const TuningOptions& options_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point end_ = Clock::time_point::max();
};

}  // namespace

std::string_view source_name(Source source) {
  constexpr std::array<std::string_view, 5> kNames{"only choice", "database", "tuned", "estimate", "forced"};
  return kNames[static_cast<std::size_t>(source)];
}

void choose(std::vector<Choice>& choices, const Backend& backend, const kernels::Target& target,
            const TuningOptions& options, ThreadPool& pool, tuner::TuningDb& db) {
  std::vector<Open> open;
  for (Choice& choice : choices) {
    Families families = supporting(backend, choice.problem, target);
    if (families.empty()) {
      fail(Code::unsupported, "no kernel of the device '", backend.name, "' computes ", choice.text);
    }
    if (!settle(choice, families, target, db)) open.push_back({&choice, std::move(families)});
  }
  if (open.empty()) return;
  for (Open& o : open) {
    take(*o.choice, tuner::estimate(o.choice->problem, o.families, target), Source::estimate);
    o.weight = std::sqrt(o.choice->time_ns * o.choice->uses);
  }
  if (options.mode == tuner::Mode::off || options.limit_ms == 0) return;
  // What costs most first: where the time runs out, the small ones keep their estimates.
  std::stable_sort(open.begin(), open.end(),
                   [](const Open& a, const Open& b) { return a.weight > b.weight; });
  Measuring(open, options).run(target, pool, db);
}

}  // namespace rt3d::runtime
