// Measuring what the database does not know: which problem gets how much of the time, and what comes of it.
#pragma once

#include <chrono>

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

// Tunes the problems one by one, what costs most first. Throws cancelled when the callback says so.
void measure_choices(std::vector<OpenChoice*> open, const MeasuringRequest& request, tuner::TuningDb& db);

}  // namespace rt3d::runtime
