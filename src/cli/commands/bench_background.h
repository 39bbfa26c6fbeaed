// What tuning in the background does to a session that runs: its latency before, meanwhile and afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/commands/bench_run.h"

namespace rt3d::cli {

struct BackgroundSettings {
  double rate = 0;     // runs a second; 0: one behind the other
  double seconds = 0;  // of tuning, at the most; 0: 120
  std::string svg;     // the picture's file; "": none
};

struct TimedRun {
  std::int64_t at_ns = 0, took_ns = 0;  // at: since the first run
  int plans = 0;                        // newer ones that were taken by then
};

struct BackgroundReport {
  std::string model, device, isa, accuracy, database;
  int threads = 0;
  double rate = 0, machine_load = 0;
  std::int64_t load_ns = 0, first_run_ns = 0, tuning_ns = 0;
  rt3d_session_stats stats = {};
  rt3d_tuning_state state = {};  // at the end
  std::string error;             // that ended the tuning; "": none
  enum Phase { before, tuning, after };
  std::array<std::vector<TimedRun>, 3> runs;  // by phase
};

BackgroundReport bench_background(const std::string& path, const BenchSettings& settings,
                                  const BackgroundSettings& background);

void print_report(const BackgroundReport& report);
nlohmann::json report_json(const BackgroundReport& report);
std::string latency_svg(const BackgroundReport& report);  // over time

}  // namespace rt3d::cli
