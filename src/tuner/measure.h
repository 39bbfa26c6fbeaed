// Measuring candidates: compile, check against the reference, then time in turns with the incumbent, so that
// what slows the machine down for a while slows both down. Compiled candidates are kept while memory allows.
// All of it in steps, between which measuring may pause for any time.
//
// Interruptions only ever make a run longer. So a batch of runs counts with the median of its runs, or, on an engine that queues them,
// with their mean and one wait in all; a candidate counts with its fastest batch, and two candidates are compared by the fastest batches of rounds that they shared (paired_times.h); no time is given that is below the
// fastest batch that was seen. Batches that are faster than the machine can be (machine.h) are thrown away.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tuner/paired_times.h"
#include "tuner/search.h"
#include "tuner/trial.h"

namespace rt3d::tuner {

enum class Verdict {
  timed,
  wrong,       // cannot be made, or computes something else
  no_memory,   // for compiling or running it
  cut_short,   // the deadline came before it was timed
  impossible,  // all its times were shorter than can be
};

struct Measurement {
  Verdict verdict = Verdict::cut_short;
  double time_ns =
      0;  // on the scale of the first candidate's: comparable, also where the machine's speed changes meanwhile
};

// What was seen of a candidate in some rounds.
struct SeenBatches {
  std::size_t candidate;
  Trial* trial;
  int runs = 1;         // of a batch
  double known_ns = 0;  // about what it takes, from before
  std::vector<double> batches_ns = {};
  double fastest_ns = std::numeric_limits<double>::infinity();

  void take(double ns);   // of a batch
  bool slow_now() const;  // the last batch was much slower than the fastest
  double batch_takes_ns() const { return runs * std::min(known_ns, fastest_ns); }
};
// A candidate on its way to a time.
struct MeasuringJob {
  Ask ask;
  std::vector<std::size_t> ahead;
  std::unique_ptr<Trial> making = {};                        // until it is packed
  Trial *trial = nullptr, *rival = nullptr;                  // in kept_; no rival: it is the first
  double cold_ns = std::numeric_limits<double>::infinity();  // of the first run
  double warm_ns = std::numeric_limits<double>::infinity();  // of a run, by now
  int more = 0;                                              // runs, lest it be given up for a disturbance
  std::optional<SeenBatches> mine, its;
  PairedTimes pairs;
  double sum_ns = 0;  // of rounds
  int rounds = 0, wanted = 0, spoiled = 0;
  Measurement outcome = {};
};

class Measurer {
 public:
  Measurer(const TuneRequest& request, const Candidates& candidates);

  // Checks (the first time) and times a candidate against the incumbent, which it becomes when it is faster. `ahead`: what will probably be
  // asked for next; where the engine compiles ahead, these are compiled meanwhile, or, where compiling would disturb, before.
  // Empty: the deadline came in between, or request.turns are over; the next call goes on, and is to be about the same candidate. Each call
  // takes one step at least (it compiles, packs, lays out the operands of the check, checks, runs it once, or takes a round of comparing), and
  // begins no other one that would, by what is known, end behind the deadline, or once `interrupted`, asked between two steps, is true.
  std::optional<Measurement> measure(
      const Ask& ask, std::span<const std::size_t> ahead = {},
      std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max(),
      const std::function<bool()>& interrupted = {});
  // Those of these candidates whose compilation measure() would begin.
  std::vector<std::size_t> begun_with(const Ask& ask, std::span<const std::size_t> ahead) const;
  // The fastest batch that was seen of a candidate; infinite before it was timed.
  double fastest_ns(std::size_t candidate) const { return fastest_ns_[candidate]; }
  // What a look at the machine found before the first measurement, or the share of batches that were clearly slower than the
  // fastest of their candidate, whichever is more.
  double disturbance() const;

 private:
  struct Kept {
    std::size_t candidate;
    std::unique_ptr<Trial> trial;
  };
  using Seen = SeenBatches;
  using Job = MeasuringJob;
  struct Step {
    void (Measurer::*take)(Job&);
    bool runs;  // on the engine's threads
  };
  static const Step kMake, kPack, kLay, kCheck, kFirst, kDoubt, kAlone, kCompare;

  bool pauses(std::chrono::steady_clock::time_point deadline) const;
  bool has_threads() const;
  double takes_ns(const Job& job) const;
  void begin(const Ask& ask, std::span<const std::size_t> ahead);
  void end(Job& job, Measurement outcome);
  template <typename Part>
  void attempt(Job& job, const Part& part);
  void discard(Job& job, const std::string& trouble, Verdict verdict);
  void make(Job& job);
  void pack(Job& job);
  void lay(Job& job);
  void check(Job& job);
  void begin_timing(Job& job);
  void run_first(Job& job);
  bool looks_hopeless(const Job& job, double than_ns) const;
  void doubt(Job& job);
  Measurement seen_once(std::size_t candidate, double ns);
  void begin_rounds(Job& job);
  bool wants_rounds(const Job& job) const;
  void want_another(Job& job) const;
  bool spoils(Job& job) const;
  void time_alone(Job& job);
  void compare(Job& job);
  bool settles(Job& job, double mine_ns, double its_ns);
  void end_rounds(Job& job);

  std::unique_ptr<Trial> begun(const Ask& ask, std::span<const std::size_t> ahead);
  bool await_code(const Trial& trial);
  bool is_made(std::size_t candidate) const;
  double batch_ns(const Seen& seen);
  void warm_up(Trial& trial, double& run_ns) const;
  int batch_runs(const Trial& trial, double run_ns) const;
  void note(const Seen& seen);
  void make_room(std::size_t bytes);
  bool late() const { return now(request_) >= until_; }
  bool busy() const { return looked_ > kQuiet; }

  const TuneRequest& request_;
  const Candidates& candidates_;
  BenchData data_;
  std::list<Kept> kept_;                         // most recently used first
  std::vector<Kept> begun_;                      // compiled, or about to be, and not asked for yet
  std::chrono::steady_clock::time_point until_;  // of the candidate at hand
  std::optional<Job> job_;                       // that one
  const Step* next_ = nullptr;                   // its; nullptr: it has its outcome
  std::vector<bool> wrong_;
  std::vector<double> fastest_ns_;
  std::vector<double> runs_ns_;  // of a batch; kept for its memory
  double looked_ = 0;            // disturbance before the first measurement
  int batches_ = 0, slow_batches_ = 0;
  bool have_incumbent_ = false;
  std::size_t incumbent_ = 0;
  double incumbent_ns_ = 0;
  double incumbent_now_ns_ = 0;  // as it was seen beside the latest candidate
};

}  // namespace rt3d::tuner
