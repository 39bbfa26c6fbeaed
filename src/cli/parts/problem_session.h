// A session of one problem, as lines of shape lists describe it: what single layers are measured with.
#pragma once

#include <cstdint>
#include <string>

#include "cli/parts/handles.h"
#include "cli/parts/session_options.h"

namespace rt3d::cli {

class ProblemSession {
 public:
  // Throws Failure, or what the library's parser throws, naming what cannot be measured.
  ProblemSession(const std::string& line, const SessionOptions& options, std::uint64_t seed);

  // One run of everything; throws Failure.
  std::int64_t run_ns();
  // The step that computes the line's operation, with its time in the last run; conversions of layouts around
  // it are other steps.
  Step step() const { return steps_of(session_.get())[step_]; }
  const char* device_text() const { return rt3d_session_device_text(session_.get()); }
  rt3d_session_stats stats() const { return stats_of(session_.get()); }

 private:
  ModelHandle model_;
  SessionHandle session_;
  std::size_t step_ = 0;
};

}  // namespace rt3d::cli
