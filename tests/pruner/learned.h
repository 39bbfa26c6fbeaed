// What runs of pruning begin from, in tests: small videos, and a network that has learned them within seconds.
#pragma once

#include <optional>
#include <string>

#include "dataset/dataset.h"
#include "pruner/runs/run.h"
#include "scratch.h"

namespace rt3d::tests {

class Learned {
 public:
  Learned();

  Scratch scratch;
  std::optional<pruner::Clips> clips;
  std::string dense;  // its file

 private:
  dataset::Dataset set_;
  dataset::LoaderOptions options_;
};

// Seconds of training.
pruner::RunPlan pruning_plan(pruner::Method method, const char* scheme, double rate);

}  // namespace rt3d::tests
