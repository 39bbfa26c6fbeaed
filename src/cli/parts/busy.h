// Whether other processes want the cores that a measurement needs.
#pragma once

namespace rt3d::cli {

// The machine's load of the last minute, in processes that want to run; negative where it is not known. Where it is so much that
// times and ratios are worth less, one line on standard error says so, once per program.
double warn_when_busy();

}  // namespace rt3d::cli
