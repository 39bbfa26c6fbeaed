#include "kernels/read_problems.h"

#include <algorithm>
#include <fstream>

#include "base/error.h"
#include "test_data.h"

namespace rt3d::tests {

std::vector<std::string> read_lines(const std::string& file) {
  std::ifstream in(test_data(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    line.erase(std::min(line.find('#'), line.size()));
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty()) fail(Code::io, "no lines in tests/", file);
  return lines;
}

std::vector<kernels::Problem> read_problems(const std::string& file) {
  std::vector<kernels::Problem> problems;
  for (const std::string& line : read_lines(file)) problems.push_back(kernels::parse_problem(line));
  return problems;
}

}  // namespace rt3d::tests
