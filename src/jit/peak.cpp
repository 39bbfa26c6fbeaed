// The machine's own fused-multiply-add peak: independent multiply-adds on registers, no memory.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <vector>

#include "jit/asm/code.h"
#include "jit/jit.h"

namespace rt3d::jit {
namespace {

struct PeakArgs {
  std::int64_t count;
};

// Enough chains to cover latency × ports, several times per loop.
int chains(Isa isa) { return isa_vectors(isa) - 2; }
constexpr int kRepeats = 4;

void emit_peak(Asm& as) {
  constexpr Gp kCount{1};
  const int n = chains(as.isa());
  const Vec a{n}, b{n + 1};
  for (int i = 0; i < n; ++i) as.zero({i});
  as.constant(a, 0.5f);
  as.constant(b, 0.25f);
  as.load_pointer(kCount, kArgs, offsetof(PeakArgs, count));
  const Label top = as.new_label();
  as.bind(top);
  for (int r = 0; r < kRepeats; ++r)
    for (int i = 0; i < n; ++i) as.fma({i}, a, b);
  as.decrement_and_loop(kCount, top);
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Slices are so short that most of them are whole even where several processes share a core by turns of milliseconds.
constexpr double kLookSeconds = 10e-3;  // no slice begins later: others may have the cores for long
constexpr int kSlices = 256;            // of each thread: several milliseconds
constexpr std::int64_t kVectorsPerSlice =
    200000;  // multiply-adds of vectors: some 25 us where two start per cycle

// A thread's slices: from its first to its last.
struct Slices {
  double first = 0, last = 0, fastest = std::numeric_limits<double>::infinity();
  int count = 0;

  void add(double start, double end) {
    if (count++ == 0) first = start;
    last = end;
    fastest = std::min(fastest, end - start);
  }
  double busy() const { return count > 0 ? fastest * count : 0; }
  double lost() const { return count > 0 ? last - first - busy() : 0; }
};

}  // namespace

Look look_at_machine(const Device& device, ThreadPool& pool) {
  if (device.isa == Isa::none) return {};
  const auto code = generate("peak", device.isa, emit_peak);
  const std::int64_t vectors = std::int64_t{chains(device.isa)} * kRepeats;  // per count
  const PeakArgs args{std::max<std::int64_t>(1, kVectorsPerSlice / vectors)};
  std::vector<Slices> slices(static_cast<std::size_t>(pool.size()));
  const double end = seconds() + kLookSeconds;
  pool.run(std::int64_t{kSlices} * pool.size(), [&](std::int64_t, int worker) {
    Slices& mine = slices[static_cast<std::size_t>(worker)];
    const double start = seconds();
    if (start > end && mine.count > 0) {
      mine.last = std::max(mine.last, std::min(start, end));
      return;
    }
    code->call(&args);
    mine.add(start, seconds());
  });
  double fastest = std::numeric_limits<double>::infinity(), busy = 0, lost = 0;
  for (const Slices& s : slices) {
    fastest = std::min(fastest, s.fastest);
    busy += s.busy();
    lost += s.lost();
  }
  const double multiply_adds = static_cast<double>(args.count * vectors) * isa_lanes(device.isa);
  return {.multiply_adds_per_ns = multiply_adds / fastest * 1e-9 * pool.size(), .lost = lost / busy};
}

double measure_peak_gflops(const Device& device, ThreadPool& pool) {
  if (device.isa == Isa::none) return 0;
  const auto code = generate("peak", device.isa, emit_peak);
  const double flops_per_count = 2.0 * isa_lanes(device.isa) * chains(device.isa) * kRepeats;
  const auto gflops = [&](std::int64_t count) {
    const double start = seconds();
    pool.run(pool.size(), [&](std::int64_t, int) {
      const PeakArgs args{count};
      code->call(&args);
    });
    return flops_per_count * static_cast<double>(count) * pool.size() / (seconds() - start) * 1e-9;
  };
  // About 3 ms a round, from the best of a few short ones on this thread alone.
  double one_thread = 0;
  for (int i = 0; i < 5; ++i) {
    constexpr std::int64_t kTrial = 20000;
    const PeakArgs args{kTrial};
    const double start = seconds();
    code->call(&args);
    one_thread = std::max(one_thread, flops_per_count * kTrial / (seconds() - start));
  }
  const auto count =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(3e-3 * one_thread / flops_per_count));
  double best = 0;
  for (int round = 0; round < 16; ++round) best = std::max(best, gflops(count));
  return best;
}

}  // namespace rt3d::jit
