#include "kernels/cl/measured.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <mutex>

#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

constexpr double kWantedNs = 2e6;  // long beside launch and wait
constexpr int kRounds = 3;         // of which the fastest counts
constexpr int kPatientRounds = 16;

template <typename Work>
double time_of(ClEngine& engine, const Work& work) {
  engine.finish();
  const auto start = std::chrono::steady_clock::now();
  work();
  engine.finish();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

// Size per nanosecond. Sizes grow from the smallest until they take long enough: a simulator of a device may take a second for the first.
template <typename Work>
double rate(ClEngine& engine, std::int64_t smallest, std::int64_t largest, const Work& work,
            int rounds = kRounds) {
  constexpr std::int64_t kGrowth = 8;
  std::int64_t size = smallest;
  const auto once = [&] { return time_of(engine, [&] { work(size); }); };
  // The fastest counts, since others may disturb, and drivers do at a launch what they put off.
  const auto fastest_of_some = [&] {
    double fastest = once();
    for (int round = 1; round < rounds && fastest >= kWantedNs && fastest < 100 * kWantedNs; ++round)
      fastest = std::min(fastest, once());
    return fastest;
  };
  once();
  double fastest = fastest_of_some();
  while (fastest < kWantedNs && size < largest) {
    size = std::min(largest, size * kGrowth);
    fastest = fastest_of_some();
  }
  return static_cast<double>(size) / fastest;
}

struct PeakKernel {
  PeakKernel(ClEngine& engine, const char* name)
      : build(engine.builder().start({kPeak, {}, name})), kernel(engine.builder().kernel(build)) {}
  Builder::Ticket build;
  Handle<cl_kernel> kernel;
};

// Work-items enough for all compute units, and memory for what each of them writes.
struct Crowd {
  explicit Crowd(ClEngine& engine)
      : group(std::min<std::int64_t>(64, engine.device().description.most_work_items)),
        items(std::int64_t{engine.device().description.compute_units} * 64 * group),
        memory(engine.allocate(static_cast<std::size_t>(items) * sizeof(float))) {}
  std::int64_t group, items;
  std::unique_ptr<Memory> memory;
};

double multiply_adds_per_ns(ClEngine& engine, const Crowd& crowd, int rounds) {
  const PeakKernel peak(engine, "multiply_adds");
  constexpr std::int64_t kPerTurn = 8 * 4;
  constexpr std::int64_t kTurns = 64;  // of one work-item, before there are more of these
  constexpr std::int64_t kMostTurns = 1 << 14;
  const auto compute = [&](std::int64_t turns) {
    const std::int64_t items = std::min(crowd.items, turns / kTurns / crowd.group * crowd.group);
    Arguments(engine, peak.kernel.get())
        .buffer(buffer_of({*crowd.memory, 0}))
        .real(0.5F)
        .number(static_cast<cl_int>(turns / items));
    engine.enqueue(peak.kernel.get(), Range::of({items, 1, 1}, {crowd.group, 1, 1}));
  };
  const double turns_per_ns = rate(engine, crowd.group * kTurns, crowd.items * kMostTurns, compute, rounds);
  return turns_per_ns * kPerTurn;
}

double bytes_per_ns(ClEngine& engine, std::int64_t group) {
  constexpr std::int64_t kMost = std::int64_t{16} << 20, kItem = 16;
  const std::int64_t most = std::min(kMost, engine.device().description.most_bytes / 4) / (group * kItem);
  const auto bytes = static_cast<std::size_t>(most * group * kItem);
  const auto from = engine.allocate(bytes), to = engine.allocate(bytes);
  const PeakKernel move(engine, "move");
  Arguments(engine, move.kernel.get()).buffer(buffer_of({*from, 0})).buffer(buffer_of({*to, 0}));
  const double groups_per_ns = rate(engine, 1, most, [&](std::int64_t groups) {
    engine.enqueue(move.kernel.get(), Range::of({groups * group, 1, 1}, {group, 1, 1}));
  });
  return groups_per_ns * static_cast<double>(2 * kItem * group);
}

double launch_ns(ClEngine& engine, const Memory& memory) {
  constexpr std::int64_t kMostLaunches = 64;
  const PeakKernel peak(engine, "multiply_adds");
  Arguments(engine, peak.kernel.get()).buffer(buffer_of({memory, 0})).real(0.5F).number(0);
  return 1 / rate(engine, 1, kMostLaunches, [&](std::int64_t launches) {
           for (std::int64_t i = 0; i < launches; ++i)
             engine.enqueue(peak.kernel.get(), Range::of({1, 1, 1}, {1, 1, 1}));
         });
}

std::mutex& mutex() {
  static std::mutex mutex;
  return mutex;
}

std::map<std::string, Measured>& known() {
  static std::map<std::string, Measured> known;
  return known;
}

}  // namespace

std::optional<Measured> known_measured(const std::string& fingerprint) {
  const std::lock_guard lock(mutex());
  const auto at = known().find(fingerprint);
  return at == known().end() ? std::nullopt : std::optional(at->second);
}

void remember(const std::string& fingerprint, const Measured& measured) {
  const std::lock_guard lock(mutex());
  known()[fingerprint] = measured;
}

void apply(const Measured& measured, Accelerator& description) {
  description.multiply_adds_per_ns = measured.multiply_adds_per_ns;
  description.bytes_per_ns = measured.bytes_per_ns;
  description.launch_ns = measured.launch_ns;
}

Measured measure(ClEngine& engine) {
  const Crowd crowd(engine);
  return {multiply_adds_per_ns(engine, crowd, kRounds), bytes_per_ns(engine, crowd.group),
          launch_ns(engine, *crowd.memory)};
}

double measure_peak(ClEngine& engine) { return multiply_adds_per_ns(engine, Crowd(engine), kPatientRounds); }

}  // namespace rt3d::kernels::cl
