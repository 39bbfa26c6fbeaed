// Shows tuning on standard error: a bar with the time left on a terminal, one line per finished layer
// otherwise. Once tuning has begun, an interruption asks the library to stop at the next candidate (interruption.h): what
// was measured is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/parts/interruption.h"
#include "rt3d/rt3d.h"

namespace rt3d::cli {

// Several tunings one after another, shown as one: how far all of it is, by what each is expected to take.
class OverallProgress {
 public:
  OverallProgress(int jobs, double expected_ns);
  // The next one begins. Where there is no terminal this is its line, and its layers have none.
  void begin(const std::string& name, double expected_ns);
  // "model 3/12 c3d.onnx, 4 min left", for the bar; `done`: of the job at hand, 0 to 1.
  double done(double of_job) const;
  std::string text(double of_job) const;

 private:
  double left_ns(double of_job) const;

  int jobs_, job_ = 0;
  double expected_ns_;                 // of all
  double before_ns_ = 0, job_ns_ = 0;  // expected of those before, and of this one
  std::string name_;
  std::int64_t start_ns_;
};

class TuningProgress {
 public:
  explicit TuningProgress(bool quiet, const OverallProgress* overall = nullptr);  // quiet: shows nothing
  ~TuningProgress();
  TuningProgress(const TuningProgress&) = delete;
  TuningProgress& operator=(const TuningProgress&) = delete;

  void finish();  // the session is there: shows the last layer, too
  static int callback(void* self, const rt3d_progress* progress);  // rt3d_progress_callback

 private:
  void draw(const rt3d_progress& progress);
  void print_finished(const rt3d_progress& progress);
  void print_layer(std::int32_t number) const;

  std::optional<StopsWhenAsked> stops_when_asked_;  // from the first call
  bool quiet_ = false;
  const OverallProgress* overall_ = nullptr;
  bool terminal_ = false;
  bool drawn_ = false;
  std::int64_t last_drawn_ns_ = -1;
  std::int32_t layers_done_ = 0;
  std::string layer_;
  double best_ns_ = 0;
  std::int32_t layers_total_ = 0;
};

}  // namespace rt3d::cli
