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
constexpr double kHopelessCold = 20;     // times the incumbent: the first, cold run alone
constexpr double kHopeless = 2;          // likewise: the first two runs, since one may have been interrupted
constexpr double kClearlySlower = 1.15;  // settled after two rounds
constexpr double kDisturbed = 1.3;       // times the fastest run so far: such a round gets another
constexpr int kMostRepeats = 3;
constexpr int kBelieved =
    3;  // rounds that a new fastest takes: in a single one its rival may have been interrupted
constexpr std::size_t kMemoryBytes = std::size_t{512} << 20;  // where the request names no limit

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

std::chrono::steady_clock::time_point now(const TuneRequest& request) {
  return request.now ? request.now() : std::chrono::steady_clock::now();
}

Trial::Trial(const TuneRequest& request, BenchData& data, const Candidate& candidate)
    : request_(request), data_(data) {
  const kernels::Problem& problem = request.problem;
  const kernels::Ports ports = candidate.family->ports(problem, request.target);
  const auto port = [](const std::vector<kernels::Port>& list, std::size_t i) {
    return i < list.size() ? list[i] : kernels::Port{};
  };
  for (std::size_t i = 0; i < problem.inputs.size(); ++i) {
    const bool placed = !problem.inputs[i].absent && !problem.inputs[i].constant;
    in_.push_back(placed ? Placement::of(problem.input_shape(i), port(ports.inputs, i)) : Placement());
  }
  for (std::size_t i = 0; i < problem.outputs.size(); ++i)
    out_.push_back(Placement::of(problem.outputs[i].shape, port(ports.outputs, i)));
  inputs_.resize(in_.size());
  outputs_.resize(out_.size());
  kernel_ = candidate.family->compile({.problem = problem,
                                       .schedule = candidate.schedule,
                                       .target = request.target,
                                       .inputs = in_,
                                       .outputs = out_});
  data.reserve(in_, out_, kernel_->scratch_bytes());
  kernel_->prepare(data.constants(), request.pool);
}

double Trial::run() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) inputs_[i] = data_.input(i, in_[i]);
  for (std::size_t i = 0; i < outputs_.size(); ++i) outputs_[i] = data_.output(i, out_[i]);
  const auto start = now(request_);
  kernel_->run({.inputs = inputs_, .outputs = outputs_, .scratch = data_.scratch(), .pool = request_.pool});
  return std::chrono::duration<double, std::nano>(now(request_) - start).count();
}

std::string Trial::check(double& ns) {
  data_.begin_check(in_, out_, kernel_->scratch_bytes());
  ns = run();
  const std::string trouble = data_.check_guards();
  return trouble.empty() ? data_.compare(out_[0], request_.target.accuracy) : trouble;
}

Measurer::Measurer(const TuneRequest& request, const Candidates& candidates)
    : request_(request),
      candidates_(candidates),
      data_(request.problem, request.oracle),
      wrong_(candidates.size()) {}

Measurement Measurer::measure(const Ask& ask) {
  if (wrong_[ask.candidate]) return {.verdict = Verdict::wrong};
  Measurement outcome;
  double cold_ns = std::numeric_limits<double>::infinity();
  Trial* trial = checked_trial(ask.candidate, cold_ns, outcome);
  if (trial == nullptr) return outcome;
  if (have_incumbent_ && ask.candidate == incumbent_)  // every comparison has timed it again
    return {.verdict = Verdict::timed, .time_ns = incumbent_ns_};
  if (!have_incumbent_) return time_alone(ask.candidate, *trial, ask.rounds);
  return time_against_incumbent(ask.candidate, *trial, ask.rounds, cold_ns);
}

// Null with the outcome: wrong, too late, or so slow at its first run that timing it is a waste.
Trial* Measurer::checked_trial(std::size_t candidate, double& cold_ns, Measurement& outcome) {
  const auto kept =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.candidate == candidate; });
  if (kept != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, kept);
    return kept_.front().trial.get();
  }
  const Candidate& c = candidates_[candidate];
  std::string trouble;
  try {
    make_room(static_cast<std::size_t>(c.packed_bytes));
    kept_.push_front({candidate, std::make_unique<Trial>(request_, data_, c)});
    outcome.verdict = Verdict::cut_short;
    if (late()) return nullptr;
    trouble = kept_.front().trial->check(cold_ns);
  } catch (const Error& error) {
    trouble = error.what();
  } catch (const std::bad_alloc&) {
    trouble = "out of memory";
  }
  if (!trouble.empty()) {
    log(LogLevel::error, "discarded ", c.family->id(), " ", c.schedule.text(), " for ",
        request_.problem.text(), ": ", trouble);
    std::erase_if(kept_, [&](const Kept& k) { return k.candidate == candidate; });
    wrong_[candidate] = true;
    outcome.verdict = Verdict::wrong;
    return nullptr;
  }
  const bool hopeless = have_incumbent_ && cold_ns > kHopelessCold * incumbent_ns_ && cold_ns > kWantedNs;
  if (!hopeless) return kept_.front().trial.get();
  outcome = {.verdict = Verdict::timed, .time_ns = cold_ns};
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

double Measurer::batch_ns(Trial& trial, int runs) {
  double sum = 0;
  for (int i = 0; i < runs; ++i) sum += trial.run();
  return sum / runs;
}

Measurement Measurer::time_alone(std::size_t candidate, Trial& trial, int rounds) {
  if (late()) return {};
  const double first = trial.run();
  const int runs = std::clamp(static_cast<int>(kBatchNs / std::max(first, 1.0)) + 1, 1, kMaxBatch);
  std::vector<double> times{first};
  double sum = first;
  for (int round = 0; round < kMaxRounds && (round < rounds || sum < kWantedNs) && !late(); ++round) {
    times.push_back(batch_ns(trial, runs));
    sum += times.back() * runs;
  }
  if (times.size() > 1) times.erase(times.begin());  // a warm-up
  incumbent_ = candidate;
  have_incumbent_ = true;
  incumbent_ns_ = median(std::move(times));
  return {.verdict = Verdict::timed, .time_ns = incumbent_ns_};
}

Measurement Measurer::time_against_incumbent(std::size_t candidate, Trial& trial, int rounds,
                                             double cold_ns) {
  const auto kept =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.candidate == incumbent_; });
  if (kept == kept_.end() || late()) return {};
  Trial& rival = *kept->trial;
  const double first = trial.run();
  const double fastest = std::min(first, cold_ns);
  if (fastest > kHopeless * incumbent_ns_ && fastest > kBatchNs)
    return {.verdict = Verdict::timed, .time_ns = fastest};
  const int runs = std::clamp(static_cast<int>(kBatchNs / std::max(first, 1.0)) + 1, 1, kMaxBatch);
  std::vector<double> ratios;
  double sum = 0, undisturbed = fastest;
  int wanted = rounds;
  const int most = rounds + kMostRepeats;
  for (int round = 0; round < kMaxRounds && (round < wanted || sum < kWantedNs) && !late(); ++round) {
    const double mine = batch_ns(trial, runs);
    const double its = batch_ns(rival, runs);
    ratios.push_back(mine / std::max(its, 1.0));
    sum += mine * runs;
    if (mine > kDisturbed * undisturbed) wanted = std::min(wanted + 1, most);
    if (ratios.back() < 1) wanted = std::max(wanted, kBelieved);
    undisturbed = std::min(undisturbed, mine);
    if (round >= 1 && *std::min_element(ratios.begin(), ratios.end()) > kClearlySlower) break;
  }
  if (ratios.empty()) return {};
  const double time_ns = median(std::move(ratios)) * incumbent_ns_;
  if (time_ns < incumbent_ns_) {
    incumbent_ = candidate;
    incumbent_ns_ = time_ns;
  }
  return {.verdict = Verdict::timed, .time_ns = time_ns};
}

}  // namespace rt3d::tuner
