#include "runtime/planning/node_problem.h"

#include "base/error.h"

namespace rt3d::runtime {

std::string describe(const graph::Node& node) {
  return node.name.empty() ? node.op : cat(node.op, " '", node.name, "'");
}

kernels::Problem problem_of(const graph::Graph& graph, const graph::Node& node) {
  const auto known = [&](graph::ValueId id) -> const graph::Value& {
    const graph::Value& value = graph.value(id);
    if (!value.shape_known && !value.constant)
      fail(Code::invalid_model, describe(node), ": the shape of '", value.name, "' is not known");
    return value;
  };
  kernels::Problem problem;
  problem.op = node.op;
  problem.attributes = node.attributes;
  for (graph::ValueId id : node.inputs) {
    if (id == graph::kNoValue) {
      problem.inputs.push_back({.desc = {}, .constant = false, .absent = true});
      continue;
    }
    const graph::Value& value = known(id);
    problem.inputs.push_back({.desc = value.desc, .constant = value.constant.has_value(), .absent = false});
  }
  while (!problem.inputs.empty() && problem.inputs.back().absent) problem.inputs.pop_back();
  for (graph::ValueId id : node.outputs) problem.outputs.push_back(known(id).desc);
  return problem;
}

}  // namespace rt3d::runtime
