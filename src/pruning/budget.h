// How much each layer of a network loses for the whole to reach a target: removals of all layers are compared by what they cost in
// accuracy for each multiply-add that they save.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rt3d::pruning {

// Groups in the order in which they go, if any do: a later one only after those before it.
struct RemovalTrace {
  std::size_t layer = 0;
  std::vector<std::int64_t> groups;  // numbers in the layer's GroupGrid
  std::vector<double> losses;        // what each adds, in a measure that all layers share
  std::vector<double> macs;          // that each saves
};

// How many groups of each trace go. Takes, again and again, the next group of the trace where it loses least for what it saves, until
// `macs_to_remove` are saved; no layer loses more than `most_macs[layer]`. Deterministic: of equals, the first trace. Throws
// invalid_argument when the target is out of reach, telling how many multiply-adds of `all_macs` can go at most.
std::vector<std::size_t> choose_removals(std::span<const RemovalTrace> traces,
                                         std::span<const double> most_macs, double macs_to_remove,
                                         double all_macs);

// How many multiply-adds can go at most.
double most_removable(std::span<const RemovalTrace> traces, std::span<const double> most_macs);

}  // namespace rt3d::pruning
