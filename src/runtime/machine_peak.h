// This machine's multiply-accumulate peak, for whoever relates times to it.
#pragma once

namespace rt3d::runtime {

// GFLOP/s (2 FLOPs per multiply-accumulate) of `threads` threads (0: all cores), measured now. Throws unsupported where no code is
// generated for the CPU, invalid_argument for a number of threads that cannot be.
double machine_peak_gflops(int threads);

}  // namespace rt3d::runtime
