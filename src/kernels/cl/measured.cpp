#include "kernels/cl/measured.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <mutex>

#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

constexpr int kRounds = 4;  // the first warms up; the fastest counts, since others may disturb

template <typename Work>
double fastest_ns(ClEngine& engine, const Work& work) {
  double fastest = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kRounds; ++round) {
    engine.finish();
    const auto start = std::chrono::steady_clock::now();
    work();
    engine.finish();
    const std::chrono::duration<double, std::nano> ns = std::chrono::steady_clock::now() - start;
    if (round > 0) fastest = std::min(fastest, ns.count());
  }
  return fastest;
}

struct PeakKernel {
  PeakKernel(ClEngine& engine, const char* name)
      : build(engine.builder().start({kPeak, {}, name})), kernel(engine.builder().kernel(build)) {}
  Builder::Ticket build;
  Handle<cl_kernel> kernel;
};

double multiply_adds_per_ns(ClEngine& engine, const Memory& memory, std::int64_t group) {
  const PeakKernel peak(engine, "multiply_adds");
  const std::int64_t items = std::int64_t{engine.device().description.compute_units} * 64 * group;
  constexpr std::int64_t kPerTurn = 8 * 4;
  const auto run = [&](cl_int turns) {
    Arguments(engine, peak.kernel.get()).buffer(buffer_of({memory, 0})).real(0.5F).number(turns);
    return fastest_ns(engine, [&] { engine.enqueue(peak.kernel.get(), Range::of({items, 1, 1}, {group, 1, 1})); });
  };
  // As many turns as take some milliseconds.
  constexpr double kWantedNs = 4e6;
  constexpr cl_int kFirst = 64, kMost = 1 << 16;
  const double ratio = kWantedNs / run(kFirst);
  const auto turns = static_cast<cl_int>(std::clamp(ratio * kFirst, double{kFirst}, double{kMost}));
  return static_cast<double>(items * kPerTurn * turns) / run(turns);
}

double bytes_per_ns(ClEngine& engine, std::int64_t group) {
  const std::int64_t bytes = std::min<std::int64_t>(std::int64_t{16} << 20, engine.device().description.most_bytes / 4);
  const auto from = engine.allocate(static_cast<std::size_t>(bytes)), to = engine.allocate(static_cast<std::size_t>(bytes));
  const PeakKernel move(engine, "move");
  Arguments(engine, move.kernel.get()).buffer(buffer_of({*from, 0})).buffer(buffer_of({*to, 0}));
  const std::int64_t items = bytes / 16 / group * group;
  return static_cast<double>(2 * 16 * items) /
         fastest_ns(engine, [&] { engine.enqueue(move.kernel.get(), Range::of({items, 1, 1}, {group, 1, 1})); });
}

double launch_ns(ClEngine& engine, const Memory& memory) {
  constexpr int kLaunches = 32;
  const PeakKernel peak(engine, "multiply_adds");
  Arguments(engine, peak.kernel.get()).buffer(buffer_of({memory, 0})).real(0.5F).number(0);
  return fastest_ns(engine, [&] {
           for (int i = 0; i < kLaunches; ++i) engine.enqueue(peak.kernel.get(), Range::of({1, 1, 1}, {1, 1, 1}));
         }) /
         kLaunches;
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
  const Accelerator& device = engine.device().description;
  const std::int64_t group = std::min<std::int64_t>(64, device.most_work_items);
  const auto memory = engine.allocate(static_cast<std::size_t>(std::int64_t{device.compute_units} * 64 * group) * 4);
  return {multiply_adds_per_ns(engine, *memory, group), bytes_per_ns(engine, group), launch_ns(engine, *memory)};
}

}  // namespace rt3d::kernels::cl
