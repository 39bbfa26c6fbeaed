// See upgrade.h. Softmax before opset 13 works on the input flattened to a matrix: attribute "flattened"
// marks it for the pass that knows the shape.
#include "graph/onnx/upgrade.h"

#include <array>
#include <span>

#include "base/error.h"

namespace rt3d::graph {
namespace {

// An attribute that became input number `input` in opset `since`.
struct MovedRow {
  std::string_view op;
  const char* attribute;
  std::size_t input;
  int since;
};
constexpr std::array kMoved = std::to_array<MovedRow>({
    {"Squeeze", "axes", 1, 13},
    {"Unsqueeze", "axes", 1, 13},
    {"ReduceMean", "axes", 1, 18},
    {"ReduceProd", "axes", 1, 18},
    {"Split", "split", 1, 13},
    {"Slice", "starts", 1, 10},
    {"Slice", "ends", 2, 10},
    {"Slice", "axes", 3, 10},
    {"Pad", "pads", 1, 11},
    {"Pad", "value", 2, 11},
    {"Clip", "min", 1, 11},
    {"Clip", "max", 2, 11},
});

void move_attribute(Graph& graph, Node& node, const MovedRow& row) {
  const auto it = node.attributes.all().find(row.attribute);
  if (it == node.attributes.all().end()) return;
  Tensor tensor;
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&it->second)) {
    tensor = Tensor::of<std::int64_t>(DType::i64, Shape{static_cast<std::int64_t>(list->size())}, *list);
  } else {
    const auto value = static_cast<float>(node.attributes.real(row.attribute, 0));
    tensor = Tensor::of<float>(DType::f32, Shape{}, std::span<const float>(&value, 1));
  }
  if (node.inputs.size() <= row.input) node.inputs.resize(row.input + 1, kNoValue);
  node.inputs[row.input] =
      graph.add_constant(cat(graph.value(node.outputs[0]).name, ".", row.attribute), std::move(tensor));
  node.attributes.erase(row.attribute);
}

void keep_one_output(Node& node) {
  if (node.outputs.size() > 1) node.outputs.erase(node.outputs.begin() + 1, node.outputs.end());
}

}  // namespace

void upgrade_node(Graph& graph, Node& node, int opset) {
  if (node.outputs.empty()) fail(Code::invalid_model, "node ", node_text(graph, node), " has no output");
  for (const MovedRow& row : kMoved)
    if (row.op == node.op && opset < row.since) move_attribute(graph, node, row);
  if (node.op == "Softmax" && opset < 13) {
    node.attributes.set("axis", node.attributes.integer("axis", 1));
    node.attributes.set("flattened", std::int64_t{1});
  }
  if (node.op == "Gemm") node.attributes.set("transB", node.attributes.integer("transB", 0));
  if (node.op == "Dropout" || node.op == "MaxPool") keep_one_output(node);
  if (node.op == "BatchNormalization") {
    if (node.attributes.integer("training_mode", 0) != 0 || node.attributes.integer("spatial", 1) != 1)
      fail(Code::unsupported, node_text(graph, node), " in training mode; export the model for inference");
    keep_one_output(node);
  }
}

}  // namespace rt3d::graph
