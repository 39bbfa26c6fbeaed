// A problem's canonical line (kernels/problem.h), as plans and databases write it, shortened for tables.
#pragma once

#include <string>

namespace rt3d::cli {

// "Conv 64x16x56x56 k3x3x3 s1x2x2 > 128x16x28x28 relu": the operation, the first input without a
// leading 1, kernel, stride and group where they say something, the first output, "+add" when a tensor is
// added, the activation, the sparsity. A line of another form comes back as it is.
std::string short_problem(const std::string& line);

}  // namespace rt3d::cli
