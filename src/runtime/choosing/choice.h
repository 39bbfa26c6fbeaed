// The ways to compute each distinct problem of a graph, one per family, with times: remembered, measured now, or estimated.
// Which of them a step takes is the selection's business (selection.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/family.h"
#include "runtime/devices/devices.h"
#include "tuner/tuner.h"

namespace rt3d::runtime {

// near: what the database knows of the same problem with another share of zeros, its times in proportion.
enum class Source { only_choice, database, tuned, estimate, forced, near };
std::string_view source_name(Source source);

// One way to compute a problem: a family with the best schedule that is known for it.
struct Alternative {
  const kernels::KernelFamily* family = nullptr;
  kernels::Engine* engine = nullptr;  // that it runs on
  kernels::Schedule schedule;
  Source source = Source::only_choice;
  double time_ns = 0;             // measured or estimated; 0 when there was no choice
  std::int64_t packed_bytes = 0;  // memory for constants
  bool reserve = false;           // only for when nothing else packs its constants into the memory there is
};

// A problem, and the way that is taken: the fastest by itself, until the selection looks at the whole graph.
struct Choice : Alternative {
  kernels::Problem problem;
  std::string text;             // of the problem
  int uses = 1;                 // nodes that share it
  std::int64_t held_bytes = 0;  // of their constants that lie in memory, not in a file, until they are packed
  // Never empty once filled; fastest first, reserves last. Times are comparable: all measured or, where nothing was, all estimated.
  std::vector<Alternative> alternatives;
  int measurements = 0;  // candidates timed for it now

  void take(std::size_t alternative) { static_cast<Alternative&>(*this) = alternatives[alternative]; }
};

struct TuningProgress {
  int problems_done = 0, problems_total = 0;
  tuner::Progress candidates;
  std::int64_t elapsed_ns = 0, remaining_ns = 0;
  std::string_view problem;
};

struct TuningOptions {
  tuner::Mode mode = tuner::Mode::quick;
  std::int64_t limit_ms = -1;  // 0: measure nothing; -1: 10 s quick, no limit full
  std::function<tuner::Answer(const TuningProgress&)> progress;  // may be empty
  tuner::NowFn now = {};                                         // empty: the steady clock
  // Empty: the machine is looked at, unless the clock is not the steady one, whose time means nothing for it.
  tuner::LookFn look = {};
  bool again = false;  // what is remembered is measured again, and replaced by what is found
  tuner::Turns* turns =
      nullptr;  // of measuring with somebody who uses the devices meanwhile; nullptr: nobody does
};

// What tuning did for a problem: what all nodes that share it take in a run, with the best estimate and with the fastest that was found.
struct Gain {
  double estimated_ns = 0, fastest_ns = 0;
};
using Gains = std::map<std::string, Gain>;  // by the problem's text

// Choosing as a step: the tuning of what the database does not know can be interrupted and gone on with.
class Choosing {
 public:
  // Of problems and uses, which are given; each problem must be distinct. Takes over what the database knows. What it is given must live as
  // long. Throws what choose() does, but for cancelled.
  Choosing(std::vector<Choice>& choices, const Devices& devices, const TuningOptions& options,
           tuner::TuningDb& db);
  ~Choosing();
  Choosing(const Choosing&) = delete;
  Choosing& operator=(const Choosing&) = delete;

  // Measures until the deadline, as ProblemTuning::until() does. Returns whether that was the end: all
  // is known, options.limit_ms is over, or the callback said that it is enough. Throws cancelled when it said that.
  bool until(std::chrono::steady_clock::time_point deadline);
  bool stopped() const;       // by the callback
  int problems() const;       // that are to be measured
  int problems_done() const;  // of these
  double share_done() const;  // of what a run takes in these, by estimate; 1 where there are none
  Gains gains() const;        // of the problems that were measured, so far
  // Fills the alternatives of every choice, and takes the fastest. Nothing can be measured behind it.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// All of it at once. Fills the alternatives of every choice, whose problem and uses are given, and takes the fastest; each problem must be distinct.
// Results of measurements go to `db`. When every problem is remembered nothing of the search runs, except that, where tuning is
// allowed, a few problems whose rows this CPU gave while it was busy are measured again if it is clearly quieter now. Throws
// unsupported when no family of the devices supports a problem, cancelled when the callback says so, invalid_argument for what
// RT3D_FORCE asks for and cannot have.
void choose(std::vector<Choice>& choices, const Devices& devices, const TuningOptions& options,
            tuner::TuningDb& db);

// The part of the time for measuring that each of several problems gets, by what a run of each costs in the model: in proportion
// to that, and something for the small ones.
std::vector<double> tuning_shares(const std::vector<double>& costs_ns);

}  // namespace rt3d::runtime
