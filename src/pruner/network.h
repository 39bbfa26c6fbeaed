// A network that libtorch computes and differentiates, made of the ONNX model itself: its graph is walked (graph/walk.h) with one
// function for each operator (operators.h). Nothing is declared twice, and whatever the runtime can load has its layers here under the
// names that the file gives them.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graph/graph.h"
#include "graph/model.h"

namespace rt3d::pruner {

enum class Role {
  weight,  // of Conv (those in Winograd's domain, too), Gemm and MatMul: what is pruned
  bias,    // of Conv and Gemm
  scale,
  shift,  // of BatchNormalization
  mean,
  variance,  // its running statistics: not trained, but moved in training
};
inline bool is_trained(Role role) { return role != Role::mean && role != Role::variance; }

struct Parameter {
  std::string name;  // of the ONNX file's initializer
  graph::ValueId id = graph::kNoValue;
  Role role{};
  at::Tensor values;  // requires a gradient when it is trained
  // By how much longer each element's step of gradient descent is than the rate; of a shape that broadcasts to that of the values.
  // Undefined: 1.
  at::Tensor step_scale;
};

enum class Mode { evaluation, training };

// Sees every node's operands (nullptr: absent) before it is computed.
using Watch = std::function<void(const graph::Node& node, std::span<const at::Tensor* const> operands)>;

// Sees what a node has computed, its first output, and may change it.
using Adjust = std::function<void(const graph::Node& node, at::Tensor& output)>;

class Network {
 public:
  // The model as imported; input shapes as for sessions (graph/model.h, specialize). Parameters are copied. A Conv whose weights come in
  // Winograd's domain, too (graph/transformed_weights.h), computes with these; they are a parameter, and the spatial ones stay as they are.
  // Throws unsupported naming the operators that cannot be trained, and what specialize throws.
  explicit Network(graph::Graph model, const std::map<std::string, Shape>& input_shapes = {});

  // One tensor of floats per input of the model, all of one number of clips, which need not be the model's: where a node mixes clips,
  // that throws unsupported. Gives one tensor per output. In training mode the running statistics move.
  std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs, Mode mode, const Watch& watch = {},
                              const Adjust& adjust = {});

  const graph::Graph& graph() const { return graph_; }  // with all shapes, constants folded
  std::vector<Parameter>& parameters() { return parameters_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  // The parameter that a value of the graph is, or is a copy of; nullptr when it is none.
  Parameter* parameter(graph::ValueId id);
  const Parameter* parameter(graph::ValueId id) const;

  // Whether the file has this constant itself, so that it can be given another one there.
  bool is_in_file(graph::ValueId id) const { return in_file_.contains(id); }

  // What the file's initializers are to become, by name (graph/model.h, save_with_constants), but for those in Winograd's domain.
  std::map<std::string, Tensor> weights() const;
  // These, but for what the spatial weights give anyhow.
  std::vector<graph::TransformedConstant> transformed() const;

 private:
  void find_copies();
  void find_transformed();
  void find_parameters();

  graph::Graph graph_;
  std::unordered_set<graph::ValueId> in_file_;
  std::vector<graph::ValueId> root_;  // by value: the constant that it is a copy of, or itself
  std::vector<Parameter> parameters_;
  std::unordered_map<graph::ValueId, std::size_t> index_;  // of parameters, by root
  std::unordered_map<graph::ValueId, at::Tensor> constants_;
};

}  // namespace rt3d::pruner
