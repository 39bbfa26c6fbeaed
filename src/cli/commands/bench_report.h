// A benchmark's results, and their three forms: a table for people, JSON, CSV (one row per layer).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/parts/handles.h"
#include "cli/parts/memory.h"

namespace rt3d::cli {

struct Layer {
  Step step;
  double ns = 0;      // medians over the profiled runs
  double gap_ns = 0;  // in which the device's queue was empty before
};

struct BenchReport {
  std::string model, device, isa, accuracy, database;
  int threads = 0;
  int runs = 0;
  double machine_load = 0;  // before
  double median_ns = 0, p90_ns = 0, min_ns = 0;
  std::int64_t first_run_ns = 0, load_ns = 0;
  MemoryUse memory;        // after the first run
  double peak_gflops = 0;  // of this CPU with as many threads
  rt3d_session_stats stats = {};
  std::vector<Layer> layers;  // in the plan's order
};

// The convolutions whose code multiplies operands, together. Winograd's multiply sums of them, fewer than there are products, so
// that their number does not say how busy the multipliers were.
struct ConvolutionShare {
  int layers = 0, direct_layers = 0;
  std::int64_t useful_macs = 0, executed_macs = 0;  // of the direct ones
  double ns = 0;
};
ConvolutionShare convolution_share(const std::vector<Layer>& layers);

// What a device with a queue computed, and how long the queue was empty in between.
struct QueueUse {
  int layers = 0;
  double ns = 0, gap_ns = 0;
  double peak_gflops = 0;  // of the device
};
QueueUse queue_use(const std::vector<Layer>& layers);

// The peak of what computes it: the device's, or this CPU's.
double peak_of(const BenchReport& report, const Layer& layer);
// The one that the whole model is compared with: the device's, where one computes.
double peak_of(const BenchReport& report);

double gflops(std::int64_t macs, double ns);  // 2 FLOPs per multiply-accumulate
double percent_of_peak(std::int64_t macs, double ns, double peak_gflops);

void print_report(const BenchReport& report);
nlohmann::json report_json(const BenchReport& report);
// With a header line when `header`; texts that hold commas are quoted.
void print_csv(const BenchReport& report, bool header);

}  // namespace rt3d::cli
