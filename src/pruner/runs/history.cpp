#include "pruner/runs/history.h"

#include <array>
#include <numeric>

namespace rt3d::pruner {

const char* name_of(Stage stage) {
  constexpr std::array kNames{"dense", "train", "regularize", "cut", "retrain"};
  return kNames.at(static_cast<std::size_t>(stage));
}

std::int64_t History::macs() const {
  return std::accumulate(cut.begin(), cut.end(), std::int64_t{0},
                         [](std::int64_t sum, const CutRow& row) { return sum + row.macs; });
}

std::int64_t History::kept_macs() const {
  return std::accumulate(cut.begin(), cut.end(), std::int64_t{0},
                         [](std::int64_t sum, const CutRow& row) { return sum + row.kept_macs; });
}

}  // namespace rt3d::pruner
