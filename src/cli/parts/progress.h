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

class TuningProgress {
 public:
  explicit TuningProgress(bool quiet);  // quiet: shows nothing
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
  bool terminal_ = false;
  bool drawn_ = false;
  std::int64_t last_drawn_ns_ = -1;
  std::int32_t layers_done_ = 0;
  std::string layer_;
  double best_ns_ = 0;
  std::int32_t layers_total_ = 0;
};

}  // namespace rt3d::cli
