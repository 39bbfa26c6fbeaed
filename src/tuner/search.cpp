#include "tuner/search.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::tuner {

const StrategyRow search_strategies[2] = {
    {Mode::quick, "ranked", "the promising families' defaults, then neighbours of the fastest", make_ranked},
    {Mode::full, "exhaustive-pruned",
     "every candidate that is not hopeless by estimate, then successive halving", make_exhaustive_pruned},
};

const StrategyRow& strategy_for(Mode mode) {
  for (const StrategyRow& row : search_strategies)
    if (row.mode == mode) return row;
  fail(Code::internal, "no search strategy for mode ", static_cast<int>(mode));
}

bool differ_in_one_knob(const kernels::Schedule& a, const kernels::Schedule& b) {
  if (a.knobs().size() != b.knobs().size()) return false;
  int different = 0;
  for (std::size_t i = 0; i < a.knobs().size(); ++i) {
    if (a.knobs()[i].first != b.knobs()[i].first) return false;
    different += a.knobs()[i].second != b.knobs()[i].second;
  }
  return different == 1;
}

}  // namespace rt3d::tuner
