// A candidate that can be run: compiled, with its packed constants, on the memory that all candidates share.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tuner/bench_data.h"
#include "tuner/search.h"

namespace rt3d::tuner {

std::chrono::steady_clock::time_point now(const TuneRequest& request);

class Trial {
 public:
  // Begins to compile; throws Error when it cannot be made.
  Trial(const TuneRequest& request, BenchData& data, const Candidate& candidate);
  bool await_code(std::chrono::nanoseconds at_most) const { return kernel_->await_code(at_most); }
  void prepare();            // once, before what follows; waits for the code, and throws like the constructor
  double run(int runs = 1);  // so many times with one wait behind them; nanoseconds of one
  void begin_check();        // writes operands for check(), before which nothing else may run
  // Runs once and compares: "" or what is wrong. `ns` is the time of that (cold) run.
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

}  // namespace rt3d::tuner
