// A problem's canonical line shortened for tables: "Conv 64x16x56x56 k3x3x3 s1x2x2 > 128x16x28x28 relu".
#pragma once

#include <string>

namespace rt3d::cli {

// The operation, the first input without a leading 1, kernel, stride and group where they say something, the
// first output, the activation, "+add" when a tensor is added. A line of another form comes back as it is.
std::string short_problem(const std::string& line);

}  // namespace rt3d::cli
