#include "cli/problem_text.h"

#include <map>
#include <sstream>
#include <vector>

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

bool all_ones(const std::string& sizes) { return sizes.find_first_not_of("1x") == std::string::npos; }

// The dimensions after the first two of a constant's shape, "c128x64x3x3x3": the kernel's.
std::string kernel_of_weights(const std::string& weights) {
  const std::size_t first = weights.find('x');
  const std::size_t second = first == std::string::npos ? first : weights.find('x', first + 1);
  return second == std::string::npos ? "" : weights.substr(second + 1);
}

}  // namespace

std::string short_problem(const std::string& line) {
  const std::size_t space = line.find(' ');
  const std::size_t arrow = line.find(" -> ");
  if (space == std::string::npos || arrow == std::string::npos || arrow < space) return line;
  const std::string op = line.substr(0, space);
  const std::vector<std::string> inputs = split(line.substr(space + 1, arrow - space - 1), ',');
  const std::vector<std::string> tail = split(line.substr(arrow + 4), ' ');
  if (inputs.empty() || tail.empty()) return line;
  std::map<std::string, std::string> attributes;
  for (std::size_t i = 1; i < tail.size(); ++i) {
    const std::size_t equals = tail[i].find('=');
    if (equals != std::string::npos) attributes[tail[i].substr(0, equals)] = tail[i].substr(equals + 1);
  }
  std::string kernel = attributes["kernel_shape"];
  if (op == "Conv" && inputs.size() > 1) kernel = kernel_of_weights(inputs[1]);
  std::string text = op + " " + without_batch(inputs[0]);
  if (!kernel.empty()) text += " k" + kernel;
  if (!attributes["strides"].empty() && !all_ones(attributes["strides"]))
    text += " s" + attributes["strides"];
  if (!attributes["group"].empty() && attributes["group"] != "1") text += " g" + attributes["group"];
  text += " > " + without_batch(split(tail[0], ',')[0]);
  if (op == "Conv" && inputs.size() > 3 && inputs[3] != "-") text += " +add";
  if (!attributes["act"].empty()) text += " " + attributes["act"];
  return text;
}

}  // namespace rt3d::cli
