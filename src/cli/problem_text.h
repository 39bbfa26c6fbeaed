// A problem's canonical line, as plans, databases and shape lists write it, taken apart and shortened:
//   Conv 1x64x16x56x56,c128x64x3x3x3,c128,- -> 1x128x16x56x56 act=relu pads=1x1x1x1x1x1 strides=1x1x1
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rt3d::cli {

struct ProblemText {
  std::string op;
  std::vector<std::string> inputs;  // "1x64", "c128" (a constant), "-" (absent)
  std::string output;               // the first one's shape
  std::map<std::string, std::string> attributes;

  std::string attribute(const std::string& name) const;  // "" when absent
};

// Throws Failure quoting the line when it has another form.
ProblemText parse_problem_text(const std::string& line);
std::vector<std::int64_t> sizes_of(const std::string& text);  // "1x64" or "[5]"; throws Failure

// For tables, "Conv 64x16x56x56 k3x3x3 s1x2x2 > 128x16x28x28 relu": the operation, the first input without a
// leading 1, kernel, stride and group where they say something, the first output, "+add" when a tensor is
// added, the activation, the sparsity. A line of another form comes back as it is.
std::string short_problem(const std::string& line);

}  // namespace rt3d::cli
