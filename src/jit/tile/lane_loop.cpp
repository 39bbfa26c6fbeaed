#include "jit/tile/lane_loop.h"

#include <algorithm>
#include <vector>

namespace rt3d::jit {
namespace {

// A load of a unit, and the number of the FMA before which it stands.
struct PlacedLoad {
  std::int32_t before;
  Vec to;
  Gp base;
  std::int32_t at;
};

// FMAs run over k, then v, then r. A load stands some FMAs before the first use of what it loads, so that it has arrived when
// that is due, but behind the last use of what its register held.
std::vector<PlacedLoad> place_loads(const Asm& as, const LaneLoop& l) {
  constexpr std::int32_t kAhead = 10;  // five cycles of two FMAs: the latency of a load
  const auto rows = static_cast<std::int32_t>(l.a_rows.size());
  std::vector<PlacedLoad> loads;
  const auto place = [&](std::int32_t needed, std::int32_t free_from, Vec to, Gp base, std::int32_t at) {
    loads.push_back({std::max(needed - kAhead, free_from), to, base, at});
  };
  for (std::int32_t i = 0; i < l.steps * l.vecs; ++i) {
    const std::int32_t fma = i * rows;
    place(fma, i < l.ring ? 0 : fma - (l.ring - 1) * rows, {l.weights + i % l.ring}, l.w,
          i * as.vector_bytes());
    if (i % (l.channels * l.vecs) != 0) continue;
    const std::int32_t k = i / l.vecs;
    for (std::int32_t r = 0; r < rows; ++r)
      place(fma + r, k == 0 ? 0 : fma + r + 1 - rows, {l.activations + r}, l.a,
            l.a_rows[static_cast<std::size_t>(r)] + k / l.channels * as.vector_bytes());
  }
  std::stable_sort(loads.begin(), loads.end(),
                   [](const PlacedLoad& a, const PlacedLoad& b) { return a.before < b.before; });
  return loads;
}

}  // namespace

void emit_lane_loop(Asm& as, const LaneLoop& l) {
  const std::vector<PlacedLoad> loads = place_loads(as, l);
  const int rows = static_cast<int>(l.a_rows.size());
  std::size_t next = 0;
  std::int32_t fma = 0;
  for (int k = 0; k < l.steps; ++k) {
    if (l.before_step) l.before_step(k);
    for (int v = 0; v < l.vecs; ++v)
      for (int r = 0; r < rows; ++r, ++fma) {
        for (; next < loads.size() && loads[next].before <= fma; ++next)
          as.load(loads[next].to, loads[next].base, loads[next].at);
        l.multiply(r, v, k, {l.weights + (k * l.vecs + v) % l.ring}, {l.activations + r}, k % l.channels);
      }
  }
}

}  // namespace rt3d::jit
