// Which family and schedule computes each distinct problem of a graph: remembered, measured now, or estimated.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/family.h"
#include "runtime/backends.h"
#include "tuner/tuner.h"

namespace rt3d::runtime {

enum class Source { only_choice, database, tuned, estimate, forced };
std::string_view source_name(Source source);

struct Choice {
  kernels::Problem problem;
  std::string text;  // of the problem
  int uses = 1;      // nodes that share it
  const kernels::KernelFamily* family = nullptr;
  kernels::Schedule schedule;
  Source source = Source::only_choice;
  double time_ns = 0;    // measured or estimated; 0 when there was no choice
  int measurements = 0;  // candidates timed for it now
};

struct TuningProgress {
  int problems_done = 0, problems_total = 0;
  tuner::Progress candidates;
  std::int64_t elapsed_ns = 0, remaining_ns = 0;
  std::string_view problem;
};

struct TuningOptions {
  tuner::Mode mode = tuner::Mode::quick;
  std::int64_t limit_ms = -1;                           // 0: measure nothing; -1: 10 s quick, no limit full
  std::function<bool(const TuningProgress&)> progress;  // returns false to cancel; may be empty
};

// Fills family, schedule and source of every choice, whose problem and uses are given; each problem must be distinct. Results of
// measurements go to `db`. When every problem is remembered nothing of the search runs. Throws unsupported when no family of the
// backend supports a problem, cancelled when the callback says so.
void choose(std::vector<Choice>& choices, const Backend& backend, const kernels::Target& target,
            const TuningOptions& options, ThreadPool& pool, tuner::TuningDb& db);

}  // namespace rt3d::runtime
