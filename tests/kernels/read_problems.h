// Reading lists of problems: one line each, '#' starts a comment, blank lines are skipped.
#pragma once

#include <string>
#include <vector>

#include "kernels/problem.h"

namespace rt3d::tests {

// The lines of a file below tests/ without comments and blanks; throws io when there are none.
std::vector<std::string> read_lines(const std::string& file);
std::vector<kernels::Problem> read_problems(const std::string& file);

}  // namespace rt3d::tests
