// Measures a model, or the problems of a shape list one by one.
#pragma once

#include <cstdint>
#include <string>

#include "cli/commands/bench_report.h"
#include "cli/parts/session_options.h"

namespace rt3d::cli {

struct BenchSettings {
  SessionOptions session;
  int runs = 20;
  int warmup = 3;
  std::uint64_t seed = 1;
};

// Warm-up, timed runs, then profiled runs in a session of their own; the machine's peak is measured before
// and after, and the larger one counts, so that percentages do not depend on a slow moment.
BenchReport bench_model(const std::string& path, BenchSettings settings);

// One layer per line of the file, each measured in a session of its own; the report's times are the sums of
// the layers'. Empty lines and lines that start with '#' are skipped. Throws Failure naming the line that
// cannot be measured, before any is where the line itself is wrong.
BenchReport bench_problems(const std::string& path, const BenchSettings& settings);

}  // namespace rt3d::cli
