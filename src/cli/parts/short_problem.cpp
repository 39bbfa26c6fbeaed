#include "cli/parts/short_problem.h"

#include "base/error.h"
#include "kernels/problem.h"

namespace rt3d::cli {
namespace {

using kernels::Operand;
using kernels::Problem;

std::string without_batch(const Operand& operand) {
  std::string text = operand.text();
  return text.starts_with("1x") ? text.substr(2) : text;
}

// As text; "" when absent.
std::string attribute(const Problem& problem, const char* name) {
  const auto found = problem.attributes.all().find(name);
  return found == problem.attributes.all().end() ? "" : attribute_value_text(found->second);
}

// Of weights 128x64x3x3x3: what comes after the first two dimensions.
std::string kernel_of(const Shape& weights) {
  if (weights.rank() < 3) return "";
  return Shape(std::vector<std::int64_t>(weights.begin() + 2, weights.end())).text();
}

bool all_ones(const std::string& sizes) { return sizes.find_first_not_of("1x[]") == std::string::npos; }

std::string shortened(const Problem& problem) {
  const bool conv = problem.op == "Conv" && problem.has_input(1);
  const std::string kernel = conv ? kernel_of(problem.input_shape(1)) : attribute(problem, "kernel_shape");
  const std::string strides = attribute(problem, "strides"), group = attribute(problem, "group");
  std::string text = problem.op + " " + without_batch(problem.inputs[0]);
  if (!kernel.empty()) text += " k" + kernel;
  if (!all_ones(strides)) text += " s" + strides;
  if (!group.empty() && group != "1") text += " g" + group;
  text += " > " + without_batch(Operand{problem.outputs[0], false, false});
  if (conv && problem.has_input(3)) text += " +add";
  for (const char* name : {"act", "sparsity"})
    if (const std::string said = attribute(problem, name); !said.empty()) text += " " + said;
  return text;
}

}  // namespace

std::string short_problem(const std::string& line) {
  try {
    const Problem problem = kernels::parse_problem(line);
    return problem.inputs.empty() || problem.outputs.empty() ? line : shortened(problem);
  } catch (const Error&) {
    return line;
  }
}

}  // namespace rt3d::cli
