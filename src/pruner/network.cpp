#include "pruner/network.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "base/error.h"
#include "graph/model.h"
#include "graph/transformed_weights.h"
#include "graph/walk.h"
#include "kernels/winograd_weights.h"
#include "pruner/operators.h"
#include "pruner/tensors.h"
#include "pruner/winograd_conv.h"
#include "runtime/running/onnx_compute.h"

namespace rt3d::pruner {

namespace {

struct ParameterRow {
  std::string_view op;
  std::size_t input;
  Role role;
};
constexpr ParameterRow kParameters[] = {
    {"Conv", 1, Role::weight},
    {"Conv", 2, Role::bias},
    {"Conv", graph::kTransformedInput, Role::weight},
    {"Gemm", 1, Role::weight},
    {"Gemm", 2, Role::bias},
    {"MatMul", 1, Role::weight},
    {"BatchNormalization", 1, Role::scale},
    {"BatchNormalization", 2, Role::shift},
    {"BatchNormalization", 3, Role::mean},
    {"BatchNormalization", 4, Role::variance},
};

bool equal(const Tensor& a, const Tensor& b) {
  return std::ranges::equal(a.values<float>(), b.values<float>());
}

void require_trainable(const graph::Graph& graph) {
  std::map<std::string, std::pair<int, std::string>> unknown;  // by operator: nodes, and the first
  for (const graph::Node& node : graph.nodes)
    if (!find_operator(node.op)) {
      auto& [count, first] = unknown[node.op];
      if (count++ == 0) first = graph::node_text(graph, node);
    }
  if (!unknown.empty()) {
    std::string text;
    for (const auto& [op, seen] : unknown)
      text += cat(text.empty() ? "" : "; ", op, " (", seen.first,
                  seen.first == 1 ? " node, " : " nodes, the first is ", seen.second, ")");
    fail(Code::unsupported, "operators that cannot be trained: ", text,
         "; those that can: ", trainable_operators());
  }
  for (const graph::ValueId id : graph.inputs)
    if (graph.value(id).desc.dtype != DType::f32)
      fail(Code::unsupported, "input '", graph.value(id).name, "' does not hold floats");
}

}  // namespace

Network::Network(graph::Graph model, const std::map<std::string, Shape>& input_shapes)
    : graph_(std::move(model)) {
  find_copies();
  for (std::size_t i = 0; i < graph_.value_count(); ++i)
    if (const auto id = static_cast<graph::ValueId>(i); graph_.constant(id)) in_file_.insert(id);
  graph::specialize(graph_, input_shapes, runtime::reference_evaluator());
  require_trainable(graph_);
  find_transformed();
  find_parameters();
}

// Exporters feed equal initializers through Identity nodes. Those fold, under names that no initializer has.
void Network::find_copies() {
  root_.resize(graph_.value_count());
  std::iota(root_.begin(), root_.end(), 0);
  for (const graph::Node& node : graph_.nodes) {
    if ((node.op != "Identity" && node.op != "Dropout") || node.inputs.empty()) continue;
    const auto from = static_cast<std::size_t>(node.inputs[0]),
               to = static_cast<std::size_t>(node.outputs[0]);
    if (graph_.constant(root_[from])) root_[to] = root_[from];
  }
}

// They become operands, and stand for what the file has, or is to have, under their names.
void Network::find_transformed() {
  const std::size_t known = graph_.value_count();
  graph::use_transformed_weights(graph_);
  for (std::size_t i = known; i < graph_.value_count(); ++i) {
    root_.push_back(static_cast<graph::ValueId>(i));
    in_file_.insert(root_.back());
  }
}

void Network::find_parameters() {
  for (const graph::Node& node : graph_.nodes)
    for (const ParameterRow& row : kParameters) {
      if (node.op != row.op || node.inputs.size() <= row.input || node.inputs[row.input] == graph::kNoValue)
        continue;
      const graph::ValueId read = node.inputs[row.input], id = root_[static_cast<std::size_t>(read)];
      const Tensor* tensor = graph_.constant(read);
      // What is computed of other constants stays as it is: no initializer could take what it becomes.
      if (!tensor || tensor->dtype() != DType::f32 || !in_file_.contains(id) || index_.contains(id)) continue;
      index_[id] = parameters_.size();
      at::Tensor values = torch_tensor(*tensor);
      values.set_requires_grad(is_trained(row.role));
      const auto shape = [&](std::size_t input) { return graph_.value(node.inputs[input]).desc.shape; };
      const bool transformed = row.op == "Conv" && row.input == graph::kTransformedInput;
      parameters_.push_back(
          {transformed ? graph_.value(node.inputs[1]).transformed->name : graph_.value(id).name, id, row.role,
           std::move(values),
           transformed ? WinogradConv(node, shape(0), shape(1)).step_scale() : at::Tensor()});
    }
}

const Parameter* Network::parameter(graph::ValueId id) const {
  if (id == graph::kNoValue || static_cast<std::size_t>(id) >= root_.size()) return nullptr;
  const auto found = index_.find(root_[static_cast<std::size_t>(id)]);
  return found == index_.end() ? nullptr : &parameters_[found->second];
}

Parameter* Network::parameter(graph::ValueId id) {
  return const_cast<Parameter*>(std::as_const(*this).parameter(id));
}

std::vector<at::Tensor> Network::run(const std::vector<at::Tensor>& inputs, Mode mode, const Watch& watch,
                                     const Adjust& adjust) {
  if (inputs.size() != graph_.inputs.size())
    fail(Code::invalid_argument, "the model has ", graph_.inputs.size(), " inputs but ", inputs.size(),
         " were given");
  std::int64_t batch = 1, graph_batch = 1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const graph::Value& value = graph_.value(graph_.inputs[i]);
    Shape expected = value.desc.shape;
    if (i == 0 && expected.rank() > 0 && inputs[0].dim() > 0) {
      graph_batch = expected[0];
      batch = inputs[0].size(0);
    }
    if (expected.rank() > 0 && expected[0] == graph_batch) expected[0] = batch;
    if (shape_of(inputs[i]) != expected)
      fail(Code::invalid_argument, "input '", value.name, "' is ", shape_of(inputs[i]).text(), ", expected ",
           expected.text());
  }
  return graph::walk(
      graph_, inputs,
      [&](graph::ValueId id, const Tensor& tensor) {
        if (const Parameter* known = parameter(id)) return known->values;
        const auto [it, fresh] = constants_.try_emplace(id);
        if (fresh) it->second = torch_tensor(tensor);
        return it->second;
      },
      [&](const graph::Node& node, std::span<const at::Tensor* const> operands) {
        if (watch) watch(node, operands);
        // Statistics that are no parameters must stay as they are.
        const bool fixed =
            node.op == "BatchNormalization" && !(parameter(node.inputs[3]) && parameter(node.inputs[4]));
        std::vector<at::Tensor> outputs =
            find_operator(node.op)->compute({.graph = graph_,
                                             .node = node,
                                             .inputs = operands,
                                             .training = mode == Mode::training && !fixed,
                                             .batch = batch,
                                             .graph_batch = graph_batch});
        if (adjust) adjust(node, outputs[0]);
        return outputs;
      });
}

std::map<std::string, Tensor> Network::weights() const {
  std::map<std::string, Tensor> all;
  for (const Parameter& parameter : parameters_) all[parameter.name] = host_tensor(parameter.values);
  for (const graph::Node& node : graph_.nodes)
    if (is_transformed(node)) all.erase(parameter(node.inputs[graph::kTransformedInput])->name);
  return all;
}

std::vector<graph::TransformedConstant> Network::transformed() const {
  std::vector<graph::TransformedConstant> all;
  std::set<const Parameter*> met;
  for (const graph::Node& node : graph_.nodes) {
    if (!is_transformed(node)) continue;
    const Parameter* u = parameter(node.inputs[graph::kTransformedInput]);
    const graph::Value& weights = graph_.value(node.inputs[1]);
    const Tensor values = host_tensor(u->values);
    if (!met.insert(u).second ||
        equal(values, kernels::winograd_weights(*weights.constant, weights.transformed->tile,
                                                graph::conv_strides(node))))
      continue;
    all.push_back({weights.name, {u->name, weights.transformed->tile, values}});
  }
  return all;
}

}  // namespace rt3d::pruner
