#include "cli/parts/peak.h"

#include <algorithm>

#include "cli/parts/failure.h"

namespace rt3d::cli {

double measure_peak(int threads) {
  constexpr int kTries = 3;
  double best = 0;
  for (int i = 0; i < kTries; ++i) {
    double gflops = 0;
    check(rt3d_measure_peak(&gflops, threads), "cannot measure the machine's peak");
    best = std::max(best, gflops);
  }
  return best;
}

}  // namespace rt3d::cli
