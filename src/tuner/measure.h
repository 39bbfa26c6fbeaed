// Measuring candidates: compile, check against the reference, then time in turns with the incumbent, so that
// what slows the machine down for a while slows both down. Compiled candidates are kept while memory allows.
//
// Interruptions only ever make a run longer. So a batch of runs counts with the median of its runs, or, on an engine that queues them,
// with their mean and one wait in all; a candidate counts with its fastest batch, and two candidates are compared by the fastest batches of rounds that they shared; no time is given that is below the
// fastest batch that was seen. Batches that are faster than the machine can be (machine.h) are thrown away.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tuner/bench_data.h"
#include "tuner/search.h"

namespace rt3d::tuner {

std::chrono::steady_clock::time_point now(const TuneRequest& request);

// A compiled candidate with its memory, ready to run.
class Trial {
 public:
  // Begins to compile; throws Error when it cannot be made.
  Trial(const TuneRequest& request, BenchData& data, const Candidate& candidate);
  bool await_code(std::chrono::nanoseconds at_most) const { return kernel_->await_code(at_most); }
  void prepare();            // once, before what follows; waits for the code, and throws like the constructor
  double run(int runs = 1);  // so many times with one wait behind them; nanoseconds of one
  // Runs once on fresh outputs and compares: "" or what is wrong. `ns` is the time of that (cold) run.
  std::string check(double& ns);
  std::size_t bytes() const { return kernel_->packed_bytes(); }
  bool possible(double ns) const;  // a time of one run

 private:
  const TuneRequest& request_;
  BenchData& data_;
  std::vector<OperandLayout> in_, out_;
  std::unique_ptr<kernels::Kernel> kernel_;
  kernels::Traits traits_;
  kernels::Work work_;
  std::vector<kernels::Place> inputs_, outputs_;  // of the run at hand
};

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

class Measurer {
 public:
  Measurer(const TuneRequest& request, const Candidates& candidates);

  // Checks (the first time) and times a candidate against the incumbent, which it becomes when it is faster. `ahead`: what will probably be
  // asked for next; where the engine compiles ahead, these are compiled meanwhile, or, where compiling would disturb, before.
  Measurement measure(const Ask& ask, std::span<const std::size_t> ahead = {});
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
  // What was seen of a candidate in some rounds.
  struct Seen {
    std::size_t candidate;
    Trial& trial;
    int runs = 1;         // of a batch
    double known_ns = 0;  // about what it takes, from before
    std::vector<double> batches_ns = {};
    double fastest_ns = std::numeric_limits<double>::infinity();

    void take(double ns);   // of a batch
    bool slow_now() const;  // the last batch was much slower than the fastest
  };
  Trial* checked_trial(const Ask& ask, std::span<const std::size_t> ahead, double& cold_ns,
                       Measurement& outcome);
  std::unique_ptr<Trial> begun(const Ask& ask, std::span<const std::size_t> ahead);
  bool await_code(const Trial& trial);
  bool is_made(std::size_t candidate) const;
  Measurement time_alone(std::size_t candidate, Trial& trial, int rounds, double cold_ns);
  Measurement time_against_incumbent(std::size_t candidate, Trial& trial, int rounds, double cold_ns);
  Measurement seen_once(std::size_t candidate, double ns);
  bool hopeless(Trial& trial, Trial& rival, double& fastest_ns);
  void compare(Seen& mine, Seen& its, int rounds, int& spoiled);
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
