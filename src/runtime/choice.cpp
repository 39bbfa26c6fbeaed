#include "runtime/choice.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>

#include "base/error.h"
#include "base/heap.h"
#include "base/log.h"
#include "jit/jit.h"
#include "kernels/ref/ref.h"
#include "runtime/force.h"

namespace rt3d::runtime {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t kQuickLimitMs = 10'000;
constexpr double kFloorShare = 0.2;  // of the time for measuring: given to all problems alike
// Problems that one load measures again because they were measured on a busier machine; and how much quieter it must be.
constexpr std::size_t kMostRenewed = 4;
constexpr double kQuieter = 0.5;

struct Open {
  Choice* choice;
  Families families;
  std::vector<tuner::Choice> estimates;
  double share = 0;        // of the time for measuring
  double disturbance = 0;  // of what is remembered: the most
};

std::int64_t ns_between(Clock::time_point start, Clock::time_point end) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count();
}

void add(Choice& choice, const tuner::Choice& found, Source source, const kernels::Target& target) {
  choice.alternatives.push_back(
      {.family = found.family,
       .schedule = found.schedule,
       .source = source,
       .time_ns = found.time_ns,
       .packed_bytes = found.family->packed_bytes(choice.problem, found.schedule, target)});
}

bool knows(const Choice& choice, const kernels::KernelFamily* family) {
  return std::any_of(choice.alternatives.begin(), choice.alternatives.end(),
                     [&](const Alternative& a) { return a.family == family; });
}

// The only alternative: nobody's time is needed.
void settle(Choice& choice, const kernels::KernelFamily* family, kernels::Schedule schedule, Source source,
            const kernels::Target& target) {
  tuner::Choice found;
  found.family = family;
  found.schedule = std::move(schedule);
  add(choice, found, source, target);
}

// Decides what has no competition; returns whether it did.
bool settle_alone(Choice& choice, Families& families, const kernels::Target& target, Force& force) {
  if (std::optional<kernels::Schedule> forced = force.narrow(families, choice.problem, target)) {
    settle(choice, families[0], *std::move(forced), Source::forced, target);
    return true;
  }
  if (families.size() > 1) return false;
  std::vector<kernels::Schedule> space = families[0]->space(choice.problem, target);
  if (space.size() > 1 && families[0] != &kernels::ref::family()) return false;
  settle(choice, families[0], std::move(space.front()), Source::only_choice, target);
  return true;
}

// Takes over what the database knows. Returns whether that is enough: the family with the best estimate, which is measured first,
// is among it, with the rigor of the mode, and the fastest was not only surveyed. Rows of others alone come from a session that had
// fewer families: an older version, or one of exact results. One that had more may have surveyed all that this one has.
bool remember(Open& open, tuner::Mode mode, const kernels::Target& target, const tuner::TuningDb& db) {
  const int wanted = mode == tuner::Mode::full ? tuner::kFull : tuner::kSurveyed;
  const std::vector<tuner::Choice> remembered =
      tuner::recall(db, open.choice->problem, open.families, target);  // fastest first
  bool promising_known = false;
  for (const tuner::Choice& found : remembered) {
    add(*open.choice, found, Source::database, target);
    open.disturbance = std::max(open.disturbance, found.disturbance);
    promising_known =
        promising_known || (found.family == open.estimates.front().family && found.rigor >= wanted);
  }
  return promising_known && remembered.front().rigor > tuner::kSurveyed;
}

// Measured times compete among themselves, estimates where nothing was measured. Beside measured ones the leanest of the others
// stays in reserve, at no better a time than theirs, when it packs its constants into less memory.
void complete(Open& open, const kernels::Target& target) {
  Choice& choice = *open.choice;
  const bool measured = !choice.alternatives.empty();
  double slowest_ns = 0;
  std::int64_t leanest = std::numeric_limits<std::int64_t>::max();
  for (const Alternative& a : choice.alternatives) {
    slowest_ns = std::max(slowest_ns, a.time_ns);
    leanest = std::min(leanest, a.packed_bytes);
  }
  Choice rest;
  rest.problem = choice.problem;
  for (const tuner::Choice& estimate : open.estimates)
    if (!knows(choice, estimate.family)) add(rest, estimate, Source::estimate, target);
  if (!measured) {
    choice.alternatives = std::move(rest.alternatives);
  } else if (!rest.alternatives.empty()) {
    Alternative& least = *std::min_element(
        rest.alternatives.begin(), rest.alternatives.end(),
        [](const Alternative& a, const Alternative& b) { return a.packed_bytes < b.packed_bytes; });
    if (least.packed_bytes < leanest) {
      least.reserve = true;
      least.time_ns = std::max(least.time_ns, slowest_ns);
      choice.alternatives.push_back(std::move(least));
    }
  }
  std::stable_sort(choice.alternatives.begin(), choice.alternatives.end(),
                   [](const Alternative& a, const Alternative& b) {
                     return a.reserve != b.reserve ? b.reserve : a.time_ns < b.time_ns;
                   });
}

Clock::time_point now_of(const TuningOptions& options) { return options.now ? options.now() : Clock::now(); }

Clock::time_point end_of(const TuningOptions& options) {
  if (options.limit_ms < 0 && options.mode != tuner::Mode::quick) return Clock::time_point::max();
  return now_of(options) +
         std::chrono::milliseconds(options.limit_ms >= 0 ? options.limit_ms : kQuickLimitMs);
}

std::int64_t tensor_bytes(const TensorDesc& desc) {
  return desc.shape.elements() * static_cast<std::int64_t>(dtype_bytes(desc.dtype));
}

// What packed constants will take, at least.
std::int64_t packed_bytes(const Open& open, const kernels::Target& target) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const tuner::Choice& e : open.estimates)
    least = std::min(least, e.family->packed_bytes(open.choice->problem, e.schedule, target));
  return open.choice->uses * least;
}

// What measuring may hold beside constants that are in memory, so that together they are no more than the session will be: packed
// constants and the operands of the largest step.
std::size_t memory_for_measuring(const std::vector<Choice>& choices, const std::vector<Open>& open,
                                 const kernels::Target& target) {
  std::int64_t constants = 0, activations = 0;
  for (const Open& o : open) constants += packed_bytes(o, target);
  for (const Choice& choice : choices) {
    constants -= choice.held_bytes;
    std::int64_t operands = 0;
    for (const kernels::Operand& input : choice.problem.inputs)
      if (!input.absent && !input.constant) operands += tensor_bytes(input.desc);
    for (const TensorDesc& output : choice.problem.outputs) operands += tensor_bytes(output);
    activations = std::max(activations, operands);
  }
  return static_cast<std::size_t>(std::max<std::int64_t>(1, constants + activations));
}

class Measuring {
 public:
  Measuring(std::vector<Open*> open, tuner::Renewal renewal, const TuningOptions& options,
            std::size_t memory_bytes, tuner::Machine& machine, Clock::time_point end)
      : open_(std::move(open)),
        renewal_(renewal),
        options_(options),
        memory_bytes_(memory_bytes),
        machine_(machine),
        start_(now_of(options)),
        end_(end) {
    std::vector<double> costs;
    for (const Open* o : open_) costs.push_back(o->estimates.front().time_ns * o->choice->uses);
    const std::vector<double> shares = tuning_shares(costs);
    for (std::size_t i = 0; i < open_.size(); ++i) open_[i]->share = shares[i];
    // What costs most first: where the time runs out, the small ones keep their estimates.
    std::stable_sort(open_.begin(), open_.end(),
                     [](const Open* a, const Open* b) { return a->share > b->share; });
  }

  void run(const kernels::Target& target, ThreadPool& pool, tuner::TuningDb& db) {
    const tuner::Oracle oracle = kernels::ref::sample;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      Choice& choice = *open_[i]->choice;
      const tuner::TuneRequest request{choice.problem, open_[i]->families,
                                       target,         pool,
                                       options_.mode,  deadline(i),
                                       oracle,         [&](const tuner::Progress& p) { return report(i, p); },
                                       options_.now,   memory_bytes_,
                                       &machine_,      renewal_};
      trim_heap();
      const tuner::Choice found = tuner::tune(request, db);
      take_over(*open_[i], found, target, db);
      if (found.cancelled)
        fail(Code::cancelled, "tuning was cancelled after ", i, " of ", open_.size(),
             " problems; what was measured is kept");
      log(LogLevel::info, "tuned ", choice.text, ": ", found.family->id(), " ", found.schedule.text(), ", ",
          found.time_ns / 1e6, " ms after ", found.measurements, " measurements");
    }
  }

 private:
  // From now on the alternatives are what the database knows, so that the next load comes to the same plan.
  static void take_over(Open& open, const tuner::Choice& found, const kernels::Target& target,
                        const tuner::TuningDb& db) {
    Choice& choice = *open.choice;
    choice.measurements = found.measurements;
    if (found.measurements == 0) return;
    std::vector<tuner::Choice> measured = found.others;
    measured.insert(measured.begin(), found);
    choice.alternatives.clear();
    for (const tuner::Choice& row : tuner::recall(db, choice.problem, open.families, target)) {
      const bool now = std::any_of(measured.begin(), measured.end(),
                                   [&](const tuner::Choice& m) { return m.family == row.family; });
      add(choice, row, now ? Source::tuned : Source::database, target);
    }
    for (const tuner::Choice& m : measured)  // what the database does not take
      if (!knows(choice, m.family)) add(choice, m, Source::tuned, target);
  }

  Clock::time_point now() const { return now_of(options_); }

  // The remaining time is shared by the remaining problems.
  Clock::time_point deadline(std::size_t i) const {
    if (end_ == Clock::time_point::max()) return end_;
    double rest = 0;
    for (std::size_t j = i; j < open_.size(); ++j) rest += open_[j]->share;
    const double share = rest > 0 ? open_[i]->share / rest : 1;
    const auto slice = std::chrono::duration<double, std::nano>(
        std::max<double>(0, static_cast<double>((end_ - now()).count())) * share);
    return std::min(end_, now() + std::chrono::duration_cast<Clock::duration>(slice));
  }

  bool report(std::size_t i, const tuner::Progress& candidates) const {
    if (!options_.progress) return true;
    TuningProgress p;
    p.problems_done = static_cast<int>(i);
    p.problems_total = static_cast<int>(open_.size());
    p.candidates = candidates;
    p.elapsed_ns = ns_between(start_, now());
    const double done = static_cast<double>(i) + static_cast<double>(candidates.candidates_done) /
                                                     std::max(1, candidates.candidates_total);
    const double total = static_cast<double>(open_.size());
    p.remaining_ns =
        static_cast<std::int64_t>(static_cast<double>(p.elapsed_ns) * (total - done) / std::max(done, 0.01));
    if (end_ != Clock::time_point::max())
      p.remaining_ns = std::min(p.remaining_ns, std::max<std::int64_t>(0, ns_between(now(), end_)));
    p.problem = open_[i]->choice->text;
    return options_.progress(p);
  }

  std::vector<Open*> open_;
  tuner::Renewal renewal_;
  const TuningOptions& options_;
  std::size_t memory_bytes_;
  tuner::Machine& machine_;
  Clock::time_point start_, end_;
};

// Looks at the machine with the threads of a load.
tuner::Machine machine_of(const Backend& backend, const kernels::Target& target, const TuningOptions& options,
                          ThreadPool& pool, const tuner::TuningDb& db) {
  const auto remembered = [&] { return tuner::highest_rate(db, backend.families(), target); };
  if (options.look || options.now) return tuner::Machine(options.look, remembered);
  return tuner::Machine(
      [&] {
        const jit::Look look = jit::look_at_machine(target.device, pool);
        return tuner::MachineState{look.multiply_adds_per_ns, look.lost};
      },
      remembered);
}

// Of problems with enough rows those to measure again because the machine is clearly quieter than it was: what costs most first.
std::vector<Open*> to_renew(std::vector<Open>& open, const std::vector<Open*>& unknown,
                            tuner::Machine& machine) {
  std::vector<Open*> disturbed;
  for (Open& o : open)
    if (o.disturbance > tuner::kQuiet && std::find(unknown.begin(), unknown.end(), &o) == unknown.end())
      disturbed.push_back(&o);
  if (disturbed.empty()) return {};
  const double now = machine.disturbance();
  std::erase_if(disturbed, [&](const Open* o) { return now > kQuieter * o->disturbance; });
  const auto cost = [](const Open* o) { return o->choice->alternatives.front().time_ns * o->choice->uses; };
  std::stable_sort(disturbed.begin(), disturbed.end(),
                   [&](const Open* a, const Open* b) { return cost(a) > cost(b); });
  if (disturbed.size() > kMostRenewed) disturbed.resize(kMostRenewed);
  return disturbed;
}

}  // namespace

std::string_view source_name(Source source) {
  constexpr std::array<std::string_view, 5> kNames{"only choice", "database", "tuned", "estimate", "forced"};
  return kNames[static_cast<std::size_t>(source)];
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

void choose(std::vector<Choice>& choices, const Backend& backend, const kernels::Target& target,
            const TuningOptions& options, ThreadPool& pool, tuner::TuningDb& db) {
  Force force(backend);
  std::vector<Open> open;
  std::vector<bool> known;
  for (Choice& choice : choices) {
    Families families = supporting(backend, choice.problem, target);
    if (families.empty())
      fail(Code::unsupported, "no kernel of the device '", backend.name, "' computes ", choice.text);
    if (settle_alone(choice, families, target, force)) continue;
    Open& next = open.emplace_back(Open{&choice, std::move(families), {}});
    next.estimates = tuner::estimates(choice.problem, next.families, target);
    known.push_back(remember(next, options.mode, target, db) && !options.again);
  }
  force.require_used();
  if (options.mode != tuner::Mode::off && options.limit_ms != 0) {
    std::vector<Open*> unknown;
    for (std::size_t i = 0; i < open.size(); ++i)
      if (!known[i]) unknown.push_back(&open[i]);
    tuner::Machine machine = machine_of(backend, target, options, pool, db);
    const Clock::time_point end = end_of(options);
    const std::size_t memory = memory_for_measuring(choices, open, target);
    const auto measure = [&](const std::vector<Open*>& problems, tuner::Renewal renewal) {
      if (problems.empty() || now_of(options) >= end) return;
      Measuring(problems, renewal, options, memory, machine, end).run(target, pool, db);
    };
    measure(unknown, options.again ? tuner::Renewal::all : tuner::Renewal::none);
    measure(to_renew(open, unknown, machine), tuner::Renewal::quieter);
  }
  for (Open& o : open) complete(o, target);
  for (Choice& choice : choices) choice.take(0);
}

}  // namespace rt3d::runtime
