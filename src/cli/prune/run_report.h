// What a run tells while it is under way and at its end: lines, tables, CSV, JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/prune/evaluation.h"
#include "cli/prune/run_folder.h"
#include "pruner/runs/run.h"

namespace rt3d::cli {

// On standard error and in the folder's log.
class RunLines : public pruner::Witness {
 public:
  explicit RunLines(bool quiet);
  void follow(const pruner::Run& run, const RunFolder& folder);  // the run that is told of, from here on

  void begins(pruner::Stage stage) override;
  void step(pruner::Stage stage, std::int64_t epoch, const pruner::StepLoss& loss) override;
  void epoch(const pruner::EpochRow& row) override;
  void layers(const std::vector<pruner::LayerRow>& rows) override;
  void warning(const std::string& text) override;
  void line(const std::string& text);
  void lines(const std::string& text);  // of a table

 private:
  std::string time_left() const;

  const RunFolder* folder_ = nullptr;
  const pruner::Run* run_ = nullptr;
  bool quiet_, terminal_;
  std::int64_t began_ns_ = 0, steps_before_ = 0, drawn_ns_ = 0;
};

std::string epochs_csv(const pruner::History& history);
std::string layers_csv(const pruner::Run& run);

// One model as it was judged at the end.
struct Judged {
  std::string name;      // "dense", "pruned", "trained"
  std::string accuracy;  // "default", "exact"
  Evaluation evaluation;
  std::int64_t macs = 0, weights = 0, file_bytes = 0;  // weights: that are not zero
};

nlohmann::json result_json(const pruner::Run& run, const std::vector<Judged>& judged,
                           const std::string& protocol);
std::string result_text(const pruner::Run& run, const std::vector<Judged>& judged,
                        const std::string& protocol);

}  // namespace rt3d::cli
