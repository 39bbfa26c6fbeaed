// Measuring candidates: compile, check against the reference, then time in turns with the incumbent, so that
// what slows the machine down for a while slows both down. Compiled candidates are kept while memory allows.
#pragma once

#include <chrono>
#include <cstddef>
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
  Trial(const TuneRequest& request, BenchData& data,
        const Candidate& candidate);  // throws Error when it cannot be made
  double run();                       // once; nanoseconds
  // Runs once on fresh outputs and compares: "" or what is wrong. `ns` is the time of that (cold) run.
  std::string check(double& ns);
  std::size_t bytes() const { return kernel_->packed_bytes(); }

 private:
  const TuneRequest& request_;
  BenchData& data_;
  std::vector<kernels::Placement> in_, out_;
  std::unique_ptr<kernels::Kernel> kernel_;
  std::vector<std::byte*> inputs_, outputs_;  // addresses of the run at hand
};

enum class Verdict {
  timed,
  wrong,      // cannot be made, or computes something else
  cut_short,  // the deadline came before it was timed
};

struct Measurement {
  Verdict verdict = Verdict::cut_short;
  double time_ns = 0;
};

class Measurer {
 public:
  Measurer(const TuneRequest& request, const Candidates& candidates);

  // Checks (the first time) and times a candidate against the incumbent, which it becomes when it is faster.
  Measurement measure(const Ask& ask);

 private:
  struct Kept {
    std::size_t candidate;
    std::unique_ptr<Trial> trial;
  };
  Trial* checked_trial(std::size_t candidate, double& cold_ns, Measurement& outcome);
  Measurement time_alone(std::size_t candidate, Trial& trial, int rounds);
  Measurement time_against_incumbent(std::size_t candidate, Trial& trial, int rounds, double cold_ns);
  double batch_ns(Trial& trial, int runs);
  void make_room(std::size_t bytes);
  bool late() const { return now(request_) >= request_.deadline; }

  const TuneRequest& request_;
  const Candidates& candidates_;
  BenchData data_;
  std::list<Kept> kept_;  // most recently used first
  std::vector<bool> wrong_;
  bool have_incumbent_ = false;
  std::size_t incumbent_ = 0;
  double incumbent_ns_ = 0;
};

}  // namespace rt3d::tuner
