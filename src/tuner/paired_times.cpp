#include "tuner/paired_times.h"

#include <algorithm>

namespace rt3d::tuner {

void PairedTimes::begin_slice() {
  if (slices_.empty() || slices_.back().rounds > 0) slices_.push_back({});
}

void PairedTimes::take(double mine_ns, double its_ns) {
  if (slices_.empty()) begin_slice();
  Slice& slice = slices_.back();
  slice.mine_ns = std::min(slice.mine_ns, mine_ns);
  slice.its_ns = std::min(slice.its_ns, its_ns);
  ++slice.rounds;
}

double PairedTimes::ratio() const {
  std::vector<Slice> slices = slices_;
  std::erase_if(slices, [](const Slice& s) { return s.rounds == 0; });
  std::stable_sort(slices.begin(), slices.end(),
                   [](const Slice& a, const Slice& b) { return a.ratio() < b.ratio(); });
  int all = 0, below = 0;
  for (const Slice& s : slices) all += s.rounds;
  for (const Slice& s : slices)
    if (2 * (below += s.rounds) > all) return s.ratio();
  return std::numeric_limits<double>::infinity();  // no round
}

}  // namespace rt3d::tuner
