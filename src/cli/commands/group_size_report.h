// What rt3d-tune group-size measured, what it recommends, and the forms of both: tables, CSV and a chart.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rt3d::cli {

// One synthetic layer pruned in one way, measured by turns with the same layer dense.
struct GroupPoint {
  std::string layer;   // "3x3x3"
  std::string scheme;  // "kgs" or "vanilla"
  std::string code;    // "direct" (accuracy exact) or "best" (accuracy default: Winograd too)
  int gm = 0, gn = 0;
  int kept_percent = 0;
  double ns = 0;                      // the least of the runs
  double direct_ns = 0, best_ns = 0;  // of the dense layer at both accuracies
  std::string family = {};            // that the sparse layer ran on
  // No machine computes what the sparse code does, nor what the dense direct code does, in less; 0: not known.
  double least_ns = 0, least_direct_ns = 0;
  bool disturbed = false;  // mark_disturbed()

  double rate() const { return 100.0 / kept_percent; }
  double over_direct() const { return direct_ns / ns; }
  double over_best() const { return best_ns / ns; }
};

// The group for a layer (or for all of them) and a way to prune and run.
struct Recommendation {
  std::string layer;  // "" for all
  std::string scheme, code;
  int gm = 0, gn = 0;
  double over_direct = 0;  // geometric mean over the rates (and layers) that every group was measured at
  int fastest_gm = 0, fastest_gn = 0;
  double fastest_over_direct = 0;
};

// The most that pruning can gain over the dense direct code: the rate, times what the dense code leaves of the machine's peak, for
// the dense layer took `direct_ns` when nothing disturbed it.
double most_over_direct(const GroupPoint& point, double direct_ns);

// Marks the points that others' use of the machine has spoilt: whose sparse layer ran faster than can be, whose dense layer ran
// clearly slower than it did beside another point of the layer, or whose speed-up is more than pruning can gain.
void mark_disturbed(std::vector<GroupPoint>& points);

// Of the groups within 5 % of the fastest the smallest, because it costs least accuracy; of equal sizes the
// faster. Disturbed points count for nothing.
// Layer by layer in their order, then over all layers where there are several.
std::vector<Recommendation> recommend(const std::vector<GroupPoint>& points);

std::string group_size_text(const std::vector<GroupPoint>& points);
std::string group_size_csv(const std::vector<GroupPoint>& points);
// Speed-up against pruning rate: a row of charts per layer, a chart per scheme and code, a line per group.
std::string group_size_svg(const std::vector<GroupPoint>& points, const std::string& device);

}  // namespace rt3d::cli
