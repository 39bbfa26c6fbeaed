// How long whole runs of models take on this machine: the dense one, and pruned ones beside it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/shape.h"
#include "cli/parts/handles.h"
#include "cli/parts/session_options.h"

namespace rt3d::cli {

// A session that profiles, of a model on random inputs, and what its steps take.
struct StepTime {
  Step step;
  double ns = 0;  // the least of several runs
};

std::string milliseconds(double ns);  // "4.567", "45.6"

class ModelTimer {
 public:
  // `shapes` of the inputs, by name. Tunes what the database does not know.
  ModelTimer(const std::string& model, const std::map<std::string, Shape>& shapes, SessionOptions options);

  struct Times {
    double dense_ns = 0, pruned_ns = 0;
  };
  // Whole runs of both by turns, the least of each: what disturbs a run only adds to it.
  Times compare(const std::filesystem::path& pruned);
  double dense_ns();
  // Of the dense model, step by step.
  std::vector<StepTime> steps() const;

 private:
  SessionHandle open(const std::string& path, bool profile) const;

  std::string model_;
  std::vector<TensorInfo> shapes_;
  SessionOptions options_;
  SessionHandle dense_;
};

}  // namespace rt3d::cli
