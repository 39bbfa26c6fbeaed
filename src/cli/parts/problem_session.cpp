#include "cli/parts/problem_session.h"

#include <algorithm>

#include "cli/parts/failure.h"
#include "cli/parts/nearest.h"
#include "cli/parts/problem_model.h"
#include "cli/parts/random_inputs.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"

namespace rt3d::cli {
namespace {

// A line whose shapes contradict each other is none of what somebody wants to measure.
void require_output(const std::string& line, const kernels::Problem& problem,
                    const std::vector<std::int64_t>& computed) {
  const std::vector<std::int64_t>& stated = problem.outputs[0].shape.dims();
  if (stated != computed)
    throw Failure("'" + line + "' states an output of " + dims_text(stated) + ", but " + problem.op +
                  " computes " + dims_text(computed) + " from its inputs");
}

// Attributes that say something of an operation; the activation's of each.
struct AttributeRow {
  const char* op;
  std::vector<std::string> names;
};
const AttributeRow kAttributes[] = {
    {"Conv", {"dilations", "group", "kernel_shape", "pads", "sparsity", "strides"}},
    {"Gemm", {"sparsity"}},
    {"MaxPool", {"dilations", "kernel_shape", "pads", "strides"}},
    {"AveragePool", {"count_include_pad", "dilations", "kernel_shape", "pads", "strides"}},
};
constexpr const char* kOfActivations[] = {"act", "act_alpha", "act_beta"};

// What would be left out of what is measured is nothing that somebody wants to measure, either.
void require_known_attributes(const kernels::Problem& problem) {
  std::vector<std::string> known(std::begin(kOfActivations), std::end(kOfActivations));
  for (const AttributeRow& row : kAttributes)
    if (problem.op == row.op) known.insert(known.end(), row.names.begin(), row.names.end());
  for (const auto& [name, value] : problem.attributes.all()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string names;
    for (const std::string& one : known) names += (names.empty() ? "" : ", ") + one;
    throw Failure(join("problems of ", problem.op, " have no attribute '", name, "'", suggestion(name, known),
                       "; they may have ", names));
  }
}

// Tensors without elements take no time.
void require_elements(const kernels::Problem& problem) {
  const auto require = [](const TensorDesc& desc, bool constant) {
    if (desc.shape.elements() == 0)
      throw Failure(join("the shape ", constant ? "c" : "", desc.shape.text(),
                         " has a size of 0: give sizes from 1 on"));
  };
  for (const kernels::Operand& input : problem.inputs)
    if (!input.absent) require(input.desc, input.constant);
  for (const TensorDesc& output : problem.outputs) require(output, false);
}

}  // namespace

ProblemSession::ProblemSession(const std::string& line, const SessionOptions& options, std::uint64_t seed) {
  const kernels::Problem problem = kernels::parse_problem(line);
  require_elements(problem);
  const std::string bytes = problem_model(problem);
  require_known_attributes(problem);
  rt3d_model* loaded = nullptr;
  check(rt3d_model_load_memory(&loaded, bytes.data(), bytes.size()), "cannot load a model of '" + line + "'");
  model_.reset(loaded);
  session_ = create_session(loaded, options, {}, true);
  require_output(line, problem, outputs_of(session_.get()).at(0).dims);
  if (!options.plan_only) set_random_inputs(session_.get(), seed);
  const std::vector<Step> plan = steps_of(session_.get());
  const auto computes = [&](const Step& step) { return step.problem.rfind(problem.op + " ", 0) == 0; };
  const auto found = std::find_if(plan.begin(), plan.end(), computes);
  if (found == plan.end()) throw Failure("the plan of '" + line + "' has no step of " + problem.op);
  step_ = static_cast<std::size_t>(found - plan.begin());
}

std::int64_t ProblemSession::run_ns() { return timed_run_ns(session_.get()); }

}  // namespace rt3d::cli
