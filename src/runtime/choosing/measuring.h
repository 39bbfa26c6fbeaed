// Measuring what the database does not know: which problem gets how much of the time, and what comes of it.
#pragma once

#include <chrono>
#include <memory>

#include "runtime/choosing/choice.h"
#include "tuner/machine.h"

namespace rt3d::runtime {

using Clock = std::chrono::steady_clock;

// A choice among several ways that is still to be made: those on one engine.
struct OpenChoice {
  Choice* choice;
  kernels::Engine* engine;
  std::vector<const kernels::KernelFamily*> families;  // that run on it
  std::vector<tuner::TimedSchedule> estimates;
  double share = 0;        // of the time for measuring
  double disturbance = 0;  // of what is remembered: the most
};

Clock::time_point now_of(const TuningOptions& options);

void add_alternative(Choice& choice, const tuner::TimedSchedule& found, Source source,
                     kernels::Engine& engine);
bool knows(const Choice& choice, const kernels::KernelFamily* family);

struct MeasuringRequest {
  tuner::Renewal renewal;
  const TuningOptions& options;
  std::size_t memory_bytes;  // that may be held meanwhile
  tuner::Machine& machine;   // this CPU
  Clock::time_point end;
};

// Tunes the problems one by one, what costs most first.
class Measuring {
 public:
  // The problems, what the request refers to and the database must live as long.
  Measuring(std::vector<OpenChoice*> open, const MeasuringRequest& request, tuner::TuningDb& db);

  // As ProblemTuning::until(). Throws cancelled when the callback says so.
  bool until(Clock::time_point deadline);
  bool stopped() const { return stopped_; }  // by the callback
  std::size_t done() const { return at_; }   // problems
  double share_done() const;                 // of what a run takes, by estimate
  const Gains& gains() const { return gains_; }

 private:
  void begin();
  void end_problem();
  Clock::time_point now() const { return now_of(request_.options); }
  Clock::time_point deadline() const;
  tuner::Answer report(const tuner::Progress& candidates) const;

  std::vector<OpenChoice*> open_;
  MeasuringRequest request_;
  tuner::TuningDb& db_;
  tuner::Oracle oracle_;
  Clock::time_point start_;
  std::size_t at_ = 0;                            // the problem at hand
  std::unique_ptr<tuner::ProblemTuning> tuning_;  // its; absent until it is begun
  bool stopped_ = false;
  Gains gains_;
};

}  // namespace rt3d::runtime
