// Choices that are measured and corrected, until one takes the time that is wanted: what layers take alone is not what they take beside
// others.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace rt3d::cli {

using StageProgress = std::function<void(const std::string& stage, std::size_t done, std::size_t all)>;

// Tries so many choices until one is close enough; the best of them is made at the end. `choose(aim)` makes one that should take `aim` times
// the dense model's time, `excess()` measures by what factor it takes longer than it may. What a choice took too much or too little is
// held against all layers alike, in the next aim.
void correct(double aim, std::size_t tries, const StageProgress& progress,
             const std::function<void(double)>& choose, const std::function<double()>& excess);

}  // namespace rt3d::cli
