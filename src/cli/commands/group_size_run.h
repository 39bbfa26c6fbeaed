// Measures synthetic layers over groups, schemes and pruning rates, each by turns with the same layer dense.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/commands/group_size_report.h"
#include "cli/parts/session_options.h"

namespace rt3d::cli {

struct SyntheticLayer {
  std::string name;     // for tables
  std::string problem;  // one line, dense
};

struct GroupStudy {
  SessionOptions session;  // its accuracy is set here
  std::vector<SyntheticLayer> layers;
  std::vector<int> gm, gn;
  std::vector<double> rates;
  std::vector<std::string> schemes;  // "kgs", "vanilla"
  int runs = 7;
  double limit_seconds = 0;  // stops between two points; 0: no limit
};

struct GroupResults {
  std::vector<GroupPoint> points;  // by layer
  std::size_t wanted = 0;          // points, had time sufficed
};

// The layers that stand for what 3D networks are made of.
std::vector<SyntheticLayer> synthetic_layers();

// Vanilla is measured in direct and in the best code, KGS in direct code only: Winograd's transforms fill its
// zeros. The middle rates come first, so that a limit leaves something of every layer. Shows progress on
// standard error; Ctrl-C ends it like the limit. Throws Failure naming the layer that cannot be measured.
GroupResults study_groups(const GroupStudy& study);

}  // namespace rt3d::cli
