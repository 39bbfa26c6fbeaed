// How a network is trained, as command lines say it.
#pragma once

#include <cstdint>
#include <string>

#include "cli/parts/session_options.h"
#include "pruner/runs/run.h"

namespace rt3d::cli {

struct TrainingOptions {
  std::string run;
  std::string epochs;
  double rate = 5e-3, label_smoothing = 0.1, weight_decay = 5e-4, distill = 0.5;
  std::int64_t batch = 16;
  std::uint64_t seed = 1;
  double checkpoint_seconds = 60;
  SessionOptions session;  // of the judgement at the end
};

// --run, --epochs, --lr, …; `stages`: what --epochs gives numbers of, "N" or "REGULARIZE,RETRAIN".
void add_training_options(CLI::App& app, TrainingOptions& options, const char* stages);

// Throws UsageError for --epochs that is not understood. `threads`: 0, all usable cores.
void apply(const TrainingOptions& options, int threads, pruner::RunPlan& plan);

}  // namespace rt3d::cli
