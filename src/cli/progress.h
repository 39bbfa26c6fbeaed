// Shows tuning on standard error: a bar with the time left on a terminal, one line per finished layer
// otherwise. While one exists, Ctrl-C asks the library to stop at the next candidate (what was measured is
// kept); a second one ends the process.
#pragma once

#include <cstdint>
#include <string>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

class TuningProgress {
 public:
  TuningProgress();
  ~TuningProgress();
  TuningProgress(const TuningProgress&) = delete;
  TuningProgress& operator=(const TuningProgress&) = delete;

  static int callback(void* self, const rt3d_progress* progress);  // rt3d_progress_callback
  static bool interrupted();

 private:
  void draw(const rt3d_progress& progress);
  void print_finished(const rt3d_progress& progress);

  bool terminal_ = false;
  bool drawn_ = false;
  std::int64_t last_drawn_ns_ = -1;
  std::int32_t layers_done_ = 0;
  std::string layer_;
  double best_ns_ = 0;
};

}  // namespace rt3d::cli
