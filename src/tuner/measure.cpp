#include "tuner/measure.h"

#include <algorithm>
#include <limits>

namespace rt3d::tuner {
namespace {

constexpr double kBatchNs = 4e5;  // runs shorter than this are timed in batches
constexpr int kMaxBatch = 4096;
// Of an engine that queues runs. A wait takes tens to hundreds of microseconds, the thread that is woken by it now more and now less.
constexpr double kQueuedBatchNs = 2e6;
constexpr double kWarm =
    1.1;  // times faster than the batch before: drivers compile at the first runs, devices raise their clocks
constexpr int kMostWarmUps = 8;     // batches
constexpr double kDisturbed = 1.3;  // times the fastest batch so far: such a round gets another
constexpr std::size_t kMemoryBytes = std::size_t{512} << 20;  // where the request names no limit

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

int runs_within(double batch_ns, double run_ns) {
  return std::clamp(static_cast<int>(batch_ns / std::max(run_ns, 1.0)) + 1, 1, kMaxBatch);
}

// A device that is this CPU: what its driver compiles takes the time of the cores that the device computes on.
bool compiles_on_timed_cores(const kernels::Engine& engine) {
  const auto& device = engine.target().device.accelerator;
  return device && device->is_cpu;
}

}  // namespace

Measurer::Measurer(const TuneRequest& request, const Candidates& candidates)
    : request_(request),
      candidates_(candidates),
      data_(request.problem, request.oracle, request.engine),
      until_(request.engine.compiles_ahead() > 0 ? std::max(request.deadline, request.end)
                                                 : request.deadline),
      wrong_(candidates.size()),
      fastest_ns_(candidates.size(), std::numeric_limits<double>::infinity()),
      looked_(request.machine == nullptr ? 0 : request.machine->disturbance()) {}

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

bool SeenBatches::slow_now() const {
  return !batches_ns.empty() && batches_ns.back() > kDisturbed * std::min(fastest_ns, known_ns);
}

double Measurer::batch_ns(const Seen& seen) {
  if (request_.engine.queues()) return seen.trial->run(seen.runs);
  runs_ns_.clear();
  for (int i = 0; i < seen.runs; ++i) runs_ns_.push_back(seen.trial->run());
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

void SeenBatches::take(double ns) {
  batches_ns.push_back(ns);
  fastest_ns = std::min(fastest_ns, ns);
}

void Measurer::note(const Seen& seen) {
  fastest_ns_[seen.candidate] = std::min(fastest_ns_[seen.candidate], seen.fastest_ns);
  batches_ += static_cast<int>(seen.batches_ns.size());
  for (double ns : seen.batches_ns) slow_batches_ += ns > kDisturbed * seen.fastest_ns ? 1 : 0;
}

}  // namespace rt3d::tuner
