// Tuning that goes on after a session was created: what to measure next, and the plans that come of it. One thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "runtime/choosing/measuring.h"
#include "runtime/prepared.h"

namespace rt3d::runtime {

class LaterTuning {
 public:
  // Of the session whose first plan this is. First quick tuning of all problems, then, where options.tuning asks for it, full tuning.
  LaterTuning(std::shared_ptr<Prepared> first, const SessionOptions& options);
  ~LaterTuning();
  LaterTuning(const LaterTuning&) = delete;
  LaterTuning& operator=(const LaterTuning&) = delete;

  // Measures until the deadline, as ProblemTuning::until() does. Returns a plan as soon as there is a better one; nullptr when the time is over
  // or nothing is left to do. Throws cancelled when the callback says so, and can go on afterwards.
  std::shared_ptr<Prepared> until(Clock::time_point deadline);
  bool finished() const { return finished_; }
  LaterTuningState state() const;

 private:
  struct Pass;
  bool measure(Clock::time_point deadline);
  std::shared_ptr<Prepared> plan();
  Gains gains() const;

  std::shared_ptr<Prepared> latest_;  // that runs, or waits to
  SessionOptions options_;
  std::vector<tuner::Mode> modes_;
  std::size_t at_ = 0;  // the pass
  std::unique_ptr<Pass> pass_;
  int tuned_ = 0;       // problems, of passes that ended
  Gains gains_;         // likewise
  int planned_at_ = 0;  // problems that were tuned when a plan was last made of them
  bool finished_ = false, stopped_ = false;
};

}  // namespace rt3d::runtime
