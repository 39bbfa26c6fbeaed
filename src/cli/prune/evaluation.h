// How often a model is right, by RT3D's own runtime: what ships is what is judged.
#pragma once

#include <string>

#include "cli/parts/session_options.h"
#include "cli/prune/data_options.h"
#include "dataset/accuracy.h"

namespace rt3d::cli {

struct Evaluation {
  dataset::Accuracy top1, top5;
  double loss = 0;    // mean cross entropy
  double run_ns = 0;  // median of a run of the session's batch
  std::int64_t classes = 0, batch = 1;
  std::int64_t skipped = 0;  // videos that could not be read
  std::string why_skipped;   // the first of them
  std::string device;
};

// On the data's videos to test with. Throws Failure where none could be read, UsageError where the model does not tell as many classes apart
// as the data has.
Evaluation evaluate_model(rt3d_model* model, const Data& data, const SessionOptions& session);

// Throws UsageError where the model has fewer classes than the data; warns where it has more.
void require_classes(std::int64_t classes, const dataset::Dataset& set);

}  // namespace rt3d::cli
