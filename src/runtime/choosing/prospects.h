// What is known of a model's layers before anything is measured, and what tuning would still bring.
#pragma once

#include <string>
#include <vector>

#include "runtime/choosing/choice.h"

namespace rt3d::runtime {

// Of a distinct problem on one engine.
struct LayerProspect {
  std::string problem;  // its text
  int uses = 1;         // nodes that share it
  Source source =
      Source::only_choice;  // of what a plan takes now: only_choice, forced, database, near or estimate
  // Of the fastest row that is known of it, or near it; where there is none, of the best estimate, without a device.
  std::string family, schedule;
  double time_ns = 0;
  int rigor = 0;            // tuner::Row::rigor
  std::string device;       // whose row it is
  int threads = 0;          // with how many threads
  std::string row_problem;  // of which problem, where it is another one (near)
  double estimated_ns = 0;  // of the family that is estimated to be the fastest
  double first_choice_ns =
      0;  // what that estimate was measured to take, beside time_ns; 0: nobody measured it
  // What tuning would measure, and about how long; 0: nothing, for enough is known.
  int quick_candidates = 0, full_candidates = 0;
  double quick_ns = 0, full_ns = 0;
};

// Of problems of which nothing is chosen yet. Measures nothing. Throws what choose() does, but for cancelled.
std::vector<LayerProspect> prospects_of(std::vector<Choice>& choices, const Devices& devices,
                                        const tuner::TuningDb& db);

}  // namespace rt3d::runtime
