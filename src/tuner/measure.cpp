#include "tuner/measure.h"

#include <algorithm>
#include <limits>
#include <new>

#include "base/error.h"
#include "base/log.h"

namespace rt3d::tuner {
namespace {

using kernels::Placement;

constexpr double kWantedNs = 3e6;  // timed at least so long, in sum
constexpr double kBatchNs = 4e5;   // runs shorter than this are timed in batches
constexpr int kMaxRounds = 12;
constexpr int kMaxBatch = 4096;
// Of an engine that queues runs. A wait takes tens to hundreds of microseconds, the thread that is woken by it now more and now less.
constexpr double kQueuedBatchNs = 2e6;
constexpr double kQueuedWantedNs = 6e6;
constexpr double kWarm =
    1.1;  // times faster than the batch before: drivers compile at the first runs, devices raise their clocks
constexpr int kMostWarmUps = 8;          // batches
constexpr double kHopelessCold = 20;     // times the incumbent: the first, cold run alone
constexpr double kHopelessTwice = 2;     // likewise: the first two runs, since one may have been interrupted
constexpr int kBusyRuns = 4;             // … and so many more where the machine is busy
constexpr double kClearlySlower = 1.15;  // settled after two rounds, where the machine is quiet
constexpr double kDisturbed = 1.3;       // times the fastest batch so far: such a round gets another
constexpr int kMostRepeats = 4;          // such rounds, and rounds that are thrown away
constexpr double kAgrees =
    1.1;  // times its known time: the incumbent may be seen so much slower beside a new fastest
constexpr int kBelieved = 3;                                  // rounds that a new fastest takes
constexpr std::size_t kMemoryBytes = std::size_t{512} << 20;  // where the request names no limit

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

OperandLayout laid_out(const Shape& shape, const kernels::Port& port) {
  return {Placement::of(shape, port), port.dtype};
}

std::vector<Placement> placements(const std::vector<OperandLayout>& layouts) {
  std::vector<Placement> placements;
  placements.reserve(layouts.size());
  for (const OperandLayout& layout : layouts) placements.push_back(layout.placement);
  return placements;
}

int runs_within(double batch_ns, double run_ns) {
  return std::clamp(static_cast<int>(batch_ns / std::max(run_ns, 1.0)) + 1, 1, kMaxBatch);
}

// A device that is this CPU: what its driver compiles takes the time of the cores that the device computes on.
bool compiles_on_timed_cores(const kernels::Engine& engine) {
  const auto& device = engine.target().device.accelerator;
  return device && device->is_cpu;
}

double wanted_ns(const kernels::Engine& engine) { return engine.queues() ? kQueuedWantedNs : kWantedNs; }

}  // namespace

std::chrono::steady_clock::time_point now(const TuneRequest& request) {
  return request.now ? request.now() : std::chrono::steady_clock::now();
}

Trial::Trial(const TuneRequest& request, BenchData& data, const Candidate& candidate)
    : request_(request), data_(data) {
  const kernels::Problem& problem = request.problem;
  const kernels::Ports ports = candidate.family->ports(problem, request.engine.target());
  const auto port = [](const std::vector<kernels::Port>& list, std::size_t i) {
    return i < list.size() ? list[i] : kernels::Port{};
  };
  for (std::size_t i = 0; i < problem.inputs.size(); ++i) {
    const bool placed = !problem.inputs[i].absent && !problem.inputs[i].constant;
    in_.push_back(placed ? laid_out(problem.input_shape(i), port(ports.inputs, i)) : OperandLayout());
  }
  for (std::size_t i = 0; i < problem.outputs.size(); ++i)
    out_.push_back(laid_out(problem.outputs[i].shape, port(ports.outputs, i)));
  inputs_.resize(in_.size());
  outputs_.resize(out_.size());
  kernel_ = candidate.family->compile({.problem = problem,
                                       .schedule = candidate.schedule,
                                       .target = request.engine.target(),
                                       .inputs = placements(in_),
                                       .outputs = placements(out_),
                                       .engine = &request.engine});
  traits_ = candidate.family->traits();
  work_ = candidate.family->least_work(problem, candidate.schedule, request.engine.target());
}

void Trial::prepare() {
  data_.reserve(in_, out_, kernel_->scratch_bytes());
  kernel_->prepare(data_.constants(), request_.engine.pool());
}

bool Trial::possible(double ns) const {
  return request_.machine == nullptr ? ns > 0 : request_.machine->possible(work_, ns);
}

double Trial::run(int runs) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) inputs_[i] = data_.input(i, in_[i]);
  for (std::size_t i = 0; i < outputs_.size(); ++i) outputs_[i] = data_.output(i, out_[i]);
  const auto start = now(request_);
  kernels::Engine& engine = request_.engine;
  for (int i = 0; i < runs; ++i)
    engine.run(*kernel_, {inputs_, outputs_, data_.scratch(), engine.pool()}, engine.target().threads);
  engine.finish();
  return std::chrono::duration<double, std::nano>(now(request_) - start).count() / runs;
}

std::string Trial::check(double& ns) {
  data_.begin_check(in_, out_, kernel_->scratch_bytes());
  ns = run();
  const std::string trouble = data_.check_guards();
  return trouble.empty() ? data_.compare(out_[0], traits_) : trouble;
}

Measurer::Measurer(const TuneRequest& request, const Candidates& candidates)
    : request_(request),
      candidates_(candidates),
      data_(request.problem, request.oracle, request.engine),
      until_(request.engine.compiles_ahead() > 0 ? std::max(request.deadline, request.end)
                                                 : request.deadline),
      wrong_(candidates.size()),
      fastest_ns_(candidates.size(), std::numeric_limits<double>::infinity()),
      looked_(request.machine == nullptr ? 0 : request.machine->disturbance()) {}

Measurement Measurer::measure(const Ask& ask, std::span<const std::size_t> ahead) {
  if (wrong_[ask.candidate]) return {.verdict = Verdict::wrong};
  Measurement outcome;
  double cold_ns = std::numeric_limits<double>::infinity();
  Trial* trial = checked_trial(ask, ahead, cold_ns, outcome);
  if (trial == nullptr) return outcome;
  if (have_incumbent_ && ask.candidate == incumbent_)  // every comparison has timed it again
    return {.verdict = Verdict::timed, .time_ns = incumbent_ns_};
  if (!have_incumbent_) return time_alone(ask.candidate, *trial, ask.rounds, cold_ns);
  return time_against_incumbent(ask.candidate, *trial, ask.rounds, cold_ns);
}

bool Measurer::is_made(std::size_t candidate) const {
  const auto same = [&](const Kept& k) { return k.candidate == candidate; };
  return wrong_[candidate] || std::any_of(kept_.begin(), kept_.end(), same) ||
         std::any_of(begun_.begin(), begun_.end(), same);
}

// As many as the driver compiles at a time, beside the one that is asked for, which is timed meanwhile. Where compiling takes the time of the
// cores that are timed, that one is one of a batch, and the next batch begins when it has to be waited for anyway.
std::vector<std::size_t> Measurer::begun_with(const Ask& ask, std::span<const std::size_t> ahead) const {
  std::vector<std::size_t> with;
  const bool in_batches = compiles_on_timed_cores(request_.engine);
  if (in_batches && is_made(ask.candidate)) return with;
  const auto others = std::count_if(begun_.begin(), begun_.end(),
                                    [&](const Kept& k) { return k.candidate != ask.candidate; });
  auto room = request_.engine.compiles_ahead() - static_cast<int>(others) - (in_batches ? 1 : 0);
  for (const std::size_t candidate : ahead)
    if (room > 0 && candidate != ask.candidate && !is_made(candidate)) {
      with.push_back(candidate);
      --room;
    }
  return with;
}

std::unique_ptr<Trial> Measurer::begun(const Ask& ask, std::span<const std::size_t> ahead) {
  const std::vector<std::size_t> with = begun_with(ask, ahead);
  std::unique_ptr<Trial> trial;
  const auto at =
      std::find_if(begun_.begin(), begun_.end(), [&](const Kept& k) { return k.candidate == ask.candidate; });
  if (at != begun_.end()) {
    trial = std::move(at->trial);
    begun_.erase(at);
  } else {
    trial = std::make_unique<Trial>(request_, data_, candidates_[ask.candidate]);
  }
  for (const std::size_t candidate : with) {
    try {
      begun_.push_back({candidate, std::make_unique<Trial>(request_, data_, candidates_[candidate])});
    } catch (const std::exception&) {  // it will be asked for, and fail then
    }
  }
  return trial;
}

bool Measurer::await_code(const Trial& trial) {
  const auto left = request_.end - std::min(request_.end, now(request_));
  return compiles_on_timed_cores(request_.engine) ? request_.engine.await_compiling(left)
                                                  : trial.await_code(left);
}

// Null with the outcome: wrong, too late, or so slow at its first run that timing it is a waste.
Trial* Measurer::checked_trial(const Ask& ask, std::span<const std::size_t> ahead, double& cold_ns,
                               Measurement& outcome) {
  const std::size_t candidate = ask.candidate;
  const auto kept =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.candidate == candidate; });
  if (kept != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, kept);
    return kept_.front().trial.get();
  }
  const Candidate& c = candidates_[candidate];
  std::string trouble;
  Verdict found = Verdict::wrong;
  try {
    make_room(static_cast<std::size_t>(c.packed_bytes));
    std::unique_ptr<Trial> trial = begun(ask, ahead);
    outcome.verdict = Verdict::cut_short;
    if (!await_code(*trial)) return nullptr;
    trial->prepare();
    kept_.push_front({candidate, std::move(trial)});
    if (late()) return nullptr;
    trouble = kept_.front().trial->check(cold_ns);
  } catch (const Error& error) {
    trouble = error.what();
  } catch (const std::bad_alloc&) {
    trouble = "out of memory";
    found = Verdict::no_memory;
  }
  if (!trouble.empty()) {
    log(LogLevel::error, "discarded ", c.family->id(), " ", c.schedule.text(), " for ",
        request_.problem.text(), ": ", trouble);
    std::erase_if(kept_, [&](const Kept& k) { return k.candidate == candidate; });
    wrong_[candidate] = true;
    outcome.verdict = found;
    return nullptr;
  }
  // Of an engine that queues, the first run may be its driver's compiler's.
  const bool hopeless = have_incumbent_ && !busy() && !request_.engine.queues() &&
                        cold_ns > kHopelessCold * incumbent_ns_ && cold_ns > kWantedNs;
  if (!hopeless) return kept_.front().trial.get();
  outcome = seen_once(candidate, cold_ns);
  return nullptr;
}

// Drops the least recently used compiled candidates but for the incumbent, until there is room for another.
void Measurer::make_room(std::size_t bytes) {
  const std::size_t limit = request_.memory_bytes > 0 ? request_.memory_bytes : kMemoryBytes;
  bytes += data_.bytes();
  for (const Kept& k : kept_) bytes += k.trial->bytes();
  for (auto last = kept_.end(); bytes > limit && last != kept_.begin();) {
    if ((--last)->candidate == incumbent_ && have_incumbent_) continue;
    bytes -= last->trial->bytes();
    last = kept_.erase(last);
  }
}

double Measurer::disturbance() const {
  const double slow = batches_ > 0 ? static_cast<double>(slow_batches_) / batches_ : 0;
  return std::max(looked_, slow);
}

bool Measurer::Seen::slow_now() const {
  return !batches_ns.empty() && batches_ns.back() > kDisturbed * std::min(fastest_ns, known_ns);
}

double Measurer::batch_ns(const Seen& seen) {
  if (request_.engine.queues()) return seen.trial.run(seen.runs);
  runs_ns_.clear();
  for (int i = 0; i < seen.runs; ++i) runs_ns_.push_back(seen.trial.run());
  return median(runs_ns_);
}

// Of an engine that queues: batches grow until one of full length is no faster than the one before, which says more of a run than the first
// one with its wait.
void Measurer::warm_up(Trial& trial, double& run_ns) const {
  int runs = 1;
  for (int i = 0; i < kMostWarmUps && request_.engine.queues() && !late(); ++i) {
    runs = std::max(runs, runs_within(kQueuedBatchNs, run_ns));
    const double ns = trial.run(runs);
    const bool warm = ns > run_ns / kWarm;
    run_ns = std::min(ns, run_ns);
    if (warm && 2 * runs > runs_within(kQueuedBatchNs, run_ns)) return;
  }
}

// By what one takes.
int Measurer::batch_runs(const Trial& trial, double run_ns) const {
  if (!trial.possible(run_ns)) return 1;
  return runs_within(request_.engine.queues() ? kQueuedBatchNs : kBatchNs, run_ns);
}

void Measurer::Seen::take(double ns) {
  batches_ns.push_back(ns);
  fastest_ns = std::min(fastest_ns, ns);
}

void Measurer::note(const Seen& seen) {
  fastest_ns_[seen.candidate] = std::min(fastest_ns_[seen.candidate], seen.fastest_ns);
  batches_ += static_cast<int>(seen.batches_ns.size());
  for (double ns : seen.batches_ns) slow_batches_ += ns > kDisturbed * seen.fastest_ns ? 1 : 0;
}

Measurement Measurer::time_alone(std::size_t candidate, Trial& trial, int rounds, double cold_ns) {
  if (late()) return {};
  double warm_ns = std::min(trial.run(), cold_ns);
  warm_up(trial, warm_ns);
  Seen seen{candidate, trial, batch_runs(trial, warm_ns), warm_ns};
  double sum = 0;
  int wanted = rounds, spoiled = 0;
  const int most = rounds + kMostRepeats;
  for (int round = 0; round < kMaxRounds && (round < wanted || sum < wanted_ns(request_.engine)) && !late();
       ++round) {
    const double ns = batch_ns(seen);
    if (!trial.possible(ns)) {  // and so says nothing
      if (++spoiled > kMostRepeats) break;
      wanted = std::min(wanted + 1, most);
      continue;
    }
    seen.take(ns);
    sum += seen.batches_ns.back() * seen.runs;
    if (seen.slow_now()) wanted = std::min(wanted + 1, most);
  }
  if (seen.batches_ns.empty()) return {spoiled > 0 ? Verdict::impossible : Verdict::cut_short};
  note(seen);
  incumbent_ = candidate;
  have_incumbent_ = true;
  incumbent_ns_ = incumbent_now_ns_ = seen.fastest_ns;
  return {.verdict = Verdict::timed, .time_ns = incumbent_ns_};
}

// So slow that it is not timed any further.
Measurement Measurer::seen_once(std::size_t candidate, double ns) {
  fastest_ns_[candidate] = std::min(fastest_ns_[candidate], ns);
  return {.verdict = Verdict::timed, .time_ns = ns};
}

// Whether a few runs are enough to see that it will not win; the rival runs once more, lest the machine got slower meanwhile.
bool Measurer::hopeless(Trial& trial, Trial& rival, double& fastest_ns) {
  const auto slow = [&](double than_ns) {
    return fastest_ns > kHopelessTwice * than_ns && fastest_ns > kBatchNs;
  };
  for (int more = busy() ? kBusyRuns : 0; more > 0 && slow(incumbent_ns_) && !late(); --more)
    if (const double ns = trial.run(); trial.possible(ns)) fastest_ns = std::min(fastest_ns, ns);
  return slow(incumbent_ns_) && slow(rival.run());
}

// Rounds of one batch each, by turns, until they are enough: more where a batch was disturbed, where the candidate may be a new
// fastest, and above all where the rival looks slower than it is known to be.
void Measurer::compare(Seen& mine, Seen& its, int rounds, int& spoiled) {
  double sum = 0;
  int wanted = busy() ? std::max(rounds, kBelieved) : rounds;
  const int most = rounds + kMostRepeats, settled = busy() ? most : 2;
  for (int round = 0; round < kMaxRounds && (round < wanted || sum < wanted_ns(request_.engine)) && !late();
       ++round) {
    const double mine_ns = batch_ns(mine), its_ns = batch_ns(its);
    if (!mine.trial.possible(mine_ns) || !its.trial.possible(its_ns)) {  // the round says nothing
      if (++spoiled > kMostRepeats) break;
      wanted = std::min(wanted + 1, most);
      continue;
    }
    mine.take(mine_ns);
    its.take(its_ns);
    sum += mine_ns * mine.runs;
    const double ratio = mine.fastest_ns / its.fastest_ns;
    if (mine.slow_now() || its.slow_now()) wanted = std::min(wanted + 1, most);
    if (ratio < 1) wanted = std::max(wanted, kBelieved);
    if (ratio < 1 && its.fastest_ns > kAgrees * incumbent_ns_) wanted = std::max(wanted, most);
    if (round + 1 >= settled && ratio > kClearlySlower) break;
  }
}

Measurement Measurer::time_against_incumbent(std::size_t candidate, Trial& trial, int rounds,
                                             double cold_ns) {
  const auto kept =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.candidate == incumbent_; });
  if (kept == kept_.end() || late()) return {};
  Trial& rival = *kept->trial;
  const double first = trial.run();
  double fastest = cold_ns < first && trial.possible(cold_ns) ? cold_ns : first;
  warm_up(trial, fastest);
  if (hopeless(trial, rival, fastest)) return seen_once(candidate, fastest);
  const int runs = batch_runs(trial, fastest);
  Seen mine{candidate, trial, runs, fastest}, its{incumbent_, rival, runs, incumbent_now_ns_};
  int spoiled = 0;
  compare(mine, its, rounds, spoiled);
  if (mine.batches_ns.empty()) return {spoiled > 0 ? Verdict::impossible : Verdict::cut_short};
  note(mine);
  note(its);
  const double time_ns = mine.fastest_ns / its.fastest_ns * incumbent_ns_;
  const bool wins = time_ns < incumbent_ns_;
  incumbent_now_ns_ = wins ? mine.fastest_ns : its.fastest_ns;
  if (wins) {
    incumbent_ = candidate;
    incumbent_ns_ = time_ns;
  }
  return {.verdict = Verdict::timed, .time_ns = time_ns};
}

}  // namespace rt3d::tuner
