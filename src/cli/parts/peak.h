// The machine's multiply-add peak, for commands that relate times to it.
#pragma once

namespace rt3d::cli {

// GFLOP/s, the best of a few measurements; throws Failure.
double measure_peak(int threads);

}  // namespace rt3d::cli
