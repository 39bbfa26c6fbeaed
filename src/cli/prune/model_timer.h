// How long whole runs of models take on this machine, and their steps: the dense one, and pruned ones beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/shape.h"
#include "cli/parts/handles.h"
#include "cli/parts/session_options.h"

namespace rt3d::cli {

// A step's least of several runs.
struct StepTime {
  std::string name, problem;
  double ns = 0;
};

// What a run takes that nothing disturbs: of many runs of a whole model on a busy machine none may be, of each step some are.
double whole_ns(const std::vector<StepTime>& steps);

struct Times {
  double dense_ns = 0, pruned_ns = 0;
};
// Runs of both were made by turns.
struct Comparison {
  std::vector<StepTime> dense, pruned;
  std::int64_t tuned_ms = 0;  // that tuning the pruned model took
  Times whole() const { return {whole_ns(dense), whole_ns(pruned)}; }
};

// Layers are many, and noise of one is lost among them; a whole model is judged by a few per cent.
enum class Care { quick, thorough };

std::string milliseconds(double ns);  // "4.567", "45.6"

class ModelTimer {
 public:
  // Of a model on random inputs; `shapes` of these, by name. Tunes what the database does not know.
  ModelTimer(const std::string& model, const std::map<std::string, Shape>& shapes, SessionOptions options);

  // Tunes what the database does not know of the pruned model, for so long at most.
  Comparison compare(const std::filesystem::path& pruned, std::int64_t tune_ms, Care care);
  double dense_ns();

 private:
  SessionHandle open(const std::string& path, const SessionOptions& options) const;

  std::vector<TensorInfo> shapes_;
  SessionOptions options_;
  SessionHandle dense_;
};

}  // namespace rt3d::cli
