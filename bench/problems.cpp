// Times problems one by one: rt3d-bench-problems [options] [FILE]
//
// FILE (or standard input) holds one problem per line, as in tests/problems, in `rt3d plan` and in the tuning database. Every
// family that supports a problem runs its --best N schedules by estimate, and --schedules N seeded others; each is checked against the
// reference on sampled outputs before it is timed. One CSV line per candidate: measured and estimated milliseconds, the share of
// this machine's multiply-add peak on counted work, and the memory that its packed constants take.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>

#include "base/error.h"
#include "base/random.h"
#include "jit/jit.h"
#include "kernels/ref/ref.h"
#include "runtime/devices/cpu_engine.h"
#include "tuner/measure.h"

namespace {

using namespace rt3d;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string file, family, isa;
  int threads = 1, best = 1, schedules = 0;
  double seconds = 0.3;
  bool exact = false;
};

double median_ms(tuner::Trial& trial, double seconds) {
  std::vector<double> ns;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (ns.size() < 5 || (ns.size() < 200 && Clock::now() < end)) ns.push_back(trial.run());
  std::nth_element(ns.begin(), ns.begin() + static_cast<std::ptrdiff_t>(ns.size() / 2), ns.end());
  return ns[ns.size() / 2] / 1e6;
}

void bench(const kernels::Problem& problem, kernels::Engine& engine, const Options& o) {
  const kernels::Target& target = engine.target();
  const tuner::Oracle oracle = kernels::ref::sample;
  const tuner::TuneRequest request{problem, {}, engine, tuner::Mode::full, Clock::time_point::max(), oracle};
  tuner::BenchData data(problem, oracle, engine);
  const double peak = jit::measure_peak_gflops(target.device, engine.pool());
  Random random(1);
  for (const kernels::KernelFamily* family : jit::families()) {
    if (family->id().find(o.family) == std::string_view::npos || !family->supports(problem, target)) continue;
    std::vector<kernels::Schedule> space = family->space(problem, target);
    for (int i = 0; i < o.best + o.schedules && !space.empty(); ++i) {
      const auto at = i < o.best ? 0 : random.below(static_cast<std::int64_t>(space.size()));
      const kernels::Schedule schedule = space[static_cast<std::size_t>(at)];
      space.erase(space.begin() + at);
      tuner::Trial trial(request, data, {.family = family, .schedule = schedule});
      double cold_ns = 0;
      const std::string wrong = trial.check(cold_ns);
      const double ms = median_ms(trial, o.seconds);
      const double gflops = 2e-6 * static_cast<double>(kernels::multiply_accumulates(problem)) / ms;
      std::cout << std::fixed << std::setprecision(3) << ms << ','
                << family->estimate_ns(problem, schedule, target) / 1e6 << ',' << std::setprecision(1)
                << 100 * gflops / peak << ',' << static_cast<double>(trial.bytes()) / (1 << 20) << ','
                << family->id() << ",\"" << schedule.text() << "\",\"" << problem.text() << "\","
                << (wrong.empty() ? "right" : wrong) << std::endl;
    }
  }
}

void run(const Options& o) {
  const kernels::Target target{o.isa.empty() ? this_device() : device_with(parse_isa(o.isa)), o.threads,
                               o.exact ? kernels::Accuracy::exact : kernels::Accuracy::standard};
  ThreadPool pool(o.threads);
  runtime::CpuEngine engine(target, pool);
  std::ifstream file(o.file);
  if (!o.file.empty() && !file) fail(Code::io, "cannot read '", o.file, "'");
  std::istream& in = o.file.empty() ? std::cin : file;
  std::cout << "ms,estimated_ms,percent_of_peak,packed_mib,family,schedule,problem,outputs\n";
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != '#') bench(kernels::parse_problem(line), engine, o);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  CLI::App app("Times problems one by one, each family that supports them against its estimate");
  app.add_option("FILE", o.file, "problems, one per line (default: standard input)");
  app.add_option("--threads", o.threads, "threads")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--family", o.family, "only families whose id contains this");
  app.add_option("--best", o.best, "so many schedules with the best estimates")->capture_default_str();
  app.add_option("--schedules", o.schedules, "seeded schedules besides the best-estimated")
      ->capture_default_str();
  app.add_option("--seconds", o.seconds, "time for each candidate")->capture_default_str();
  app.add_option("--isa", o.isa, "avx2, avx512 or neon (default: the best)");
  app.add_flag("--exact", o.exact, "only direct methods");
  app.footer(
      "Example:\n  rt3d plan c3d.onnx | grep -o 'Conv.*strides=[0-9x]*' | sort -u > problems.txt\n"
      "  rt3d-bench-problems problems.txt --threads 2 --schedules 5 > problems.csv");
  CLI11_PARSE(app, argc, argv);
  try {
    run(o);
  } catch (const std::exception& error) {
    std::cerr << "rt3d-bench-problems: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
