// What the options of rt3d-prune say is wanted, with labelled videos or without.
#pragma once

#include <string>
#include <vector>

namespace rt3d::cli {

struct PruneGoal {
  std::string model, calibrate, output, db;
  std::string scheme = "kgs:8x4", target, method = "one-shot";
  std::vector<std::string> keep_dense;
  int clips = 64, threads = 0;  // 0: all usable cores
  bool as_json = false, quiet = false;
};

}  // namespace rt3d::cli
