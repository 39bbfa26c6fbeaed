// Finds the fastest legal schedule for a problem, and remembers it. The search is ask/tell: strategies
// propose, the tuner checks each candidate against an oracle, measures it, and commits every result at once
// (tuning_db.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/engine.h"
#include "tuner/machine.h"
#include "tuner/tuning_db.h"

namespace rt3d::tuner {

class Turns;

enum class Mode { off, quick, full };

// Reference values of output 0 of a problem at some flat row-major indices: the tuner's check that a
// candidate computes the right thing. `inputs` has one tensor per problem input (absent ones empty). Lent by
// the reference backend.
using Oracle = std::function<void(const kernels::Problem& problem, std::span<const Tensor> inputs,
                                  std::span<const std::int64_t> indices, std::span<float> values)>;

struct Progress {
  int candidates_done = 0;
  int candidates_total = 0;
  double best_ns = 0;
};
// What is answered to progress. stop: enough was measured, what is there is used; cancel: whoever wanted it wants nothing any more.
enum class Answer : std::uint8_t { go_on, stop, cancel };
using ProgressFn = std::function<Answer(const Progress&)>;
// What time it is, for measurements and the deadline: replays of recorded times bring their own clock.
using NowFn = std::function<std::chrono::steady_clock::time_point()>;

// A family's schedule for a problem with its time: the result of tuning, and what estimates and the database have to offer.
struct TimedSchedule {
  const kernels::KernelFamily* family = nullptr;
  kernels::Schedule schedule;
  double time_ns = 0;       // measured, or the estimate
  int measurements = 0;     // candidates timed
  int rigor = 0;            // of a remembered one: Row::rigor
  double disturbance = 0;   // likewise, Row::disturbance
  std::string device;       // likewise: whose row it is …
  int threads = 0;          // … with how many threads …
  std::string problem;      // … and of which problem, where that is another one
  double estimated_ns = 0;  // of a tuned one: what the best estimate was measured to take; 0: it was not
  bool stopped = false, cancelled = false;  // by the answer to progress
  // Remembered schedules that compute something else than the problem: not to be used.
  std::vector<std::pair<const kernels::KernelFamily*, kernels::Schedule>> wrong;
  std::vector<TimedSchedule>
      others;  // the best of every other family that was measured as well, fastest first
};

// What becomes of rows that the problem has.
enum class Renewal {
  none,     // they are replaced where replaces() says so
  quieter,  // likewise; the caller found the machine quieter than it was then: what is measured again counts as at most half as
  // disturbed as before, so that each row is measured again a few times at the most, however busy the machine stays
  all,  // they are replaced by what is found
};

struct TuneRequest {
  const kernels::Problem& problem;
  std::span<const kernels::KernelFamily* const> families;  // all that support the problem; never empty
  kernels::Engine& engine;                                 // that they run on
  Mode mode = Mode::quick;
  // No candidate is begun after the deadline, and none is timed any further. Where a driver compiles in the background, one that was begun in time may go on until the
  // end, which is no earlier; its code is not waited for any longer.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  const Oracle& oracle;
  ProgressFn progress = {};  // may be empty
  NowFn now = {};            // empty: the steady clock
  // For data and compiled candidates; exceeded where two candidates need more. 0: a default.
  std::size_t memory_bytes = 0;
  Machine* machine = nullptr;  // nullptr: every time is believed, and nothing disturbs
  Renewal renewal = Renewal::none;
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max();
  Turns* turns = nullptr;  // nullptr: nobody else uses the engine's threads
};

// The schedule with the best analytic estimate of every family, best first. Measures nothing.
std::vector<TimedSchedule> estimates(const kernels::Problem& problem,
                                     std::span<const kernels::KernelFamily* const> families,
                                     const kernels::Target& target);

// The best of these.
TimedSchedule estimate(const kernels::Problem& problem,
                       std::span<const kernels::KernelFamily* const> families, const kernels::Target& target);

// The family of a row, in its version; nullptr when it is not among these.
const kernels::KernelFamily* family_of(const Row& row,
                                       std::span<const kernels::KernelFamily* const> families);

// The database's rows of the problem that are of one of the families in its version, name a legal schedule and have a time that can
// be (possible_anywhere()); fastest first, one of each family.
std::vector<Row> usable_rows(const TuningDb& db, const kernels::Problem& problem,
                             std::span<const kernels::KernelFamily* const> families,
                             const kernels::Target& target);

// The same of this device with another number of threads, the nearest of which something is usable: the order of a search.
std::vector<Row> rows_of_other_threads(const TuningDb& db, const kernels::Problem& problem,
                                       std::span<const kernels::KernelFamily* const> families,
                                       const kernels::Target& target);

// Those of usable_rows() with their schedules. Measures nothing and searches nothing.
std::vector<TimedSchedule> recall(const TuningDb& db, const kernels::Problem& problem,
                                  std::span<const kernels::KernelFamily* const> families,
                                  const kernels::Target& target);

// What is known of something near: of the problem on a relative of this device, or on this one with other threads (TuningDb::relatives), the
// closest of which something is usable; else of the same problem with another share of zeros (kernels/sparsity.h), the nearest within a
// factor of two. Schedules that are legal here, with times in proportion to the estimates; fastest first. What was never measured here so
// starts from what was found beside it. Empty where nothing is near.
std::vector<TimedSchedule> recall_near(const TuningDb& db, const kernels::Problem& problem,
                                       std::span<const kernels::KernelFamily* const> families,
                                       const kernels::Target& target);

// The tuning of one problem, a step at a time: first what is remembered of the problem, then what the mode's strategy asks for; in quick mode what is known of something near
// (recall_near()) stands in for the search. Commits the
// best row of every family measured to the database, with times that are no less than the fastest batch that was seen.
class ProblemTuning {
 public:
  // Measures nothing yet. What the request refers to, and the database, must live as long.
  ProblemTuning(TuneRequest request, TuningDb& db);
  ~ProblemTuning();
  ProblemTuning(const ProblemTuning&) = delete;
  ProblemTuning& operator=(const ProblemTuning&) = delete;

  // Goes on where the call before left off, in the middle of a candidate too, and takes no step (Measurer::measure()) from `deadline` on, nor
  // one that is known to end behind it, unless it is the call's first: so it is late by one step at the most. Returns
  // whether that was the end: the mode's, the request's deadline or the answer to progress.
  bool until(std::chrono::steady_clock::time_point deadline);
  // By now. Always a usable schedule: the estimate when nothing could be measured.
  TimedSchedule result();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// All of it in one step, until the request's deadline.
TimedSchedule tune(const TuneRequest& request, TuningDb& db);

}  // namespace rt3d::tuner
