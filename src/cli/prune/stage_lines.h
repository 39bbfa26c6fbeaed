// How far the stages of pruning are, on standard error.
#pragma once

#include <cstdint>
#include <string>

namespace rt3d::cli {

// A line for each stage, with the time that is left: on a terminal it grows, elsewhere it is told again when it has not been for a while.
class StageLines {
 public:
  explicit StageLines(bool quiet);
  void operator()(const std::string& stage, std::size_t done, std::size_t all);

 private:
  bool quiet_, terminal_;
  std::string stage_;
  std::int64_t began_ns_ = 0, told_ns_ = 0;
};

// "activations 3/9, 12 s left"; `seconds`: that the stage has taken so far.
std::string stage_text(const std::string& stage, std::size_t done, std::size_t all, double seconds);

}  // namespace rt3d::cli
