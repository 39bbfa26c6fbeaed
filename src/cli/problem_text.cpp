#include "cli/problem_text.h"

#include <cstdlib>
#include <sstream>

#include "cli/failure.h"

namespace rt3d::cli {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

std::string without_batch(const std::string& shape) {
  return shape.rfind("1x", 0) == 0 ? shape.substr(2) : shape;
}

bool all_ones(const std::string& sizes) { return sizes.find_first_not_of("1x[]") == std::string::npos; }

// The dimensions after the first two of a constant's shape, "c128x64x3x3x3": the kernel's.
std::string kernel_of_weights(const std::string& weights) {
  const std::size_t first = weights.find('x');
  const std::size_t second = first == std::string::npos ? first : weights.find('x', first + 1);
  return second == std::string::npos ? "" : weights.substr(second + 1);
}

bool take_apart(const std::string& line, ProblemText& problem) {
  const std::size_t space = line.find(' ');
  const std::size_t arrow = line.find(" -> ");
  if (space == std::string::npos || arrow == std::string::npos || arrow <= space) return false;
  problem.op = line.substr(0, space);
  problem.inputs = split(line.substr(space + 1, arrow - space - 1), ',');
  const std::vector<std::string> tail = split(line.substr(arrow + 4), ' ');
  if (problem.inputs.empty() || tail.empty()) return false;
  problem.output = tail[0].substr(0, tail[0].find(','));
  for (std::size_t i = 1; i < tail.size(); ++i) {
    const std::size_t equals = tail[i].find('=');
    if (equals == std::string::npos) return false;
    problem.attributes[tail[i].substr(0, equals)] = tail[i].substr(equals + 1);
  }
  return true;
}

}  // namespace

std::string ProblemText::attribute(const std::string& name) const {
  const auto found = attributes.find(name);
  return found == attributes.end() ? "" : found->second;
}

ProblemText parse_problem_text(const std::string& line) {
  ProblemText problem;
  if (!take_apart(line, problem)) {
    throw Failure("'" + line +
                  "' is not a problem: a line such as 'MaxPool 1x8x4x8x8 -> 1x8x4x4x4 strides=1x2x2' is");
  }
  return problem;
}

std::vector<std::int64_t> sizes_of(const std::string& text) {
  std::vector<std::int64_t> sizes;
  std::string plain = text;
  if (plain.size() > 1 && plain.front() == '[' && plain.back() == ']')
    plain = plain.substr(1, plain.size() - 2);
  for (const std::string& part : split(plain, 'x')) {
    char* end = nullptr;
    sizes.push_back(std::strtoll(part.c_str(), &end, 10));
    if (part.empty() || *end != '\0' || sizes.back() < 0)
      throw Failure("'" + text + "' is not a list of sizes such as 1x64x8");
  }
  return sizes;
}

std::string short_problem(const std::string& line) {
  ProblemText problem;
  if (!take_apart(line, problem)) return line;
  const std::vector<std::string>& inputs = problem.inputs;
  const bool conv = problem.op == "Conv" && inputs.size() > 1;
  const std::string kernel = conv ? kernel_of_weights(inputs[1]) : problem.attribute("kernel_shape");
  const std::string strides = problem.attribute("strides");
  const std::string group = problem.attribute("group");
  const std::string activation = problem.attribute("act");
  const std::string sparsity = problem.attribute("sparsity");
  std::string text = problem.op + " " + without_batch(inputs[0]);
  if (!kernel.empty()) text += " k" + kernel;
  if (!all_ones(strides)) text += " s" + strides;
  if (!group.empty() && group != "1") text += " g" + group;
  text += " > " + without_batch(problem.output);
  if (conv && inputs.size() > 3 && inputs[3] != "-") text += " +add";
  if (!activation.empty()) text += " " + activation;
  if (!sparsity.empty()) text += " " + sparsity;
  return text;
}

}  // namespace rt3d::cli
