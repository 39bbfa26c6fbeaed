#include "graph/transformed_weights.h"

#include <map>
#include <set>
#include <sstream>

#include "base/log.h"

namespace rt3d::graph {
namespace {

// The strides of a Conv as depth, height, width; dilations must be 1 and groups one.
std::array<std::int64_t, 3> strides_of(const Node& conv, int rank) {
  const std::vector<std::int64_t> ones(static_cast<std::size_t>(rank - 2), 1);
  const std::vector<std::int64_t> strides = conv.attributes.integers("strides", ones);
  const std::vector<std::int64_t> dilations = conv.attributes.integers("dilations", ones);
  if (conv.attributes.integer("group", 1) != 1 || dilations != ones)
    fail(Code::invalid_argument, "the Conv '", conv.name, "' has groups or dilations");
  if (strides.size() != ones.size())
    fail(Code::invalid_argument, "the Conv '", conv.name, "' has ", strides.size(), " strides");
  return conv_strides(conv);
}

void check_reader(const Node& node, const Tensor& weights, ValueId id, const TransformedWeights& t) {
  if (node.op != "Conv" || node.inputs.size() < 2 || node.inputs[1] != id)
    fail(Code::invalid_argument, "the weights are read by ", node.op, " '", node.name,
         "', not only by a Conv");
  const int rank = weights.shape().rank();
  if (rank != 4 && rank != 5) fail(Code::invalid_argument, "the weights are ", weights.shape().text());
  const auto shape = winograd_weight_shape(weights.shape(), t.tile, strides_of(node, rank));
  if (!shape)
    fail(Code::invalid_argument, "there is no transform ", t.tile.text(), " for the kernel and strides of '",
         node.name, "'");
  if (t.values.dtype() != DType::f32 || t.values.shape() != *shape)
    fail(Code::invalid_argument, "they are ", t.values.shape().text(), " of ", dtype_name(t.values.dtype()),
         ", not ", shape->text(), " of f32");
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '\t');) fields.push_back(field);
  return fields;
}

void attach(Graph& graph, const Graph::Uses& uses, ValueId weights, TransformedWeights values) {
  const Tensor* constant = graph.constant(weights);
  if (!constant) fail(Code::invalid_argument, "the weights are not constant");
  if (graph.value(weights).transformed) fail(Code::invalid_argument, "the weights have some already");
  const std::vector<int>& readers = uses.consumers[static_cast<std::size_t>(weights)];
  if (readers.empty() || graph.is_output(weights))
    fail(Code::invalid_argument, "the weights are not those of a Conv");
  for (int reader : readers)
    check_reader(graph.nodes[static_cast<std::size_t>(reader)], *constant, weights, values);
  graph.value(weights).transformed = std::make_shared<const TransformedWeights>(std::move(values));
}

void attach_line(Graph& graph, const Graph::Uses& uses, const std::map<std::string, ValueId>& constants,
                 const std::string& line) {
  const std::vector<std::string> fields = fields_of(line);
  if (fields.size() != 3) fail(Code::invalid_argument, "it is not two names and a tile, separated by tabs");
  const auto constant = [&](const std::string& name) {
    const auto found = constants.find(name);
    if (found == constants.end()) fail(Code::invalid_argument, "there is no initializer '", name, "'");
    return found->second;
  };
  const ValueId weights = constant(fields[0]), transformed = constant(fields[1]);
  const auto tile = find_winograd_tile(fields[2]);
  if (!tile) fail(Code::invalid_argument, "there is no tile '", fields[2], "'; one looks like t4s4");
  attach(graph, uses, weights, {fields[1], *tile, *graph.constant(transformed)});
}

template <typename Take>
void for_each_attachment(const Graph& graph, const Take& take) {
  std::set<ValueId> seen;
  for (const Node& node : graph.nodes)
    for (ValueId id : node.inputs)
      if (id != kNoValue && graph.value(id).transformed && seen.insert(id).second) take(graph.value(id));
}

}  // namespace

void attach_transformed_weights(Graph& graph, ValueId weights, TransformedWeights values) {
  attach(graph, graph.uses(), weights, std::move(values));
}

void attach_transformed_weights(Graph& graph) {
  const auto property = graph.metadata.find(kWinogradMetadata);
  if (property == graph.metadata.end()) return;
  std::istringstream lines(property->second);
  graph.metadata.erase(property);
  std::map<std::string, ValueId> constants;
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (const auto id = static_cast<ValueId>(i); graph.constant(id)) constants[graph.value(id).name] = id;
  const Graph::Uses uses = graph.uses();
  for (std::string line; std::getline(lines, line);) try {
      if (!line.empty()) attach_line(graph, uses, constants, line);
    } catch (const Error& error) {
      log(LogLevel::warning, "the model's property ", kWinogradMetadata, ": '", line,
          "' is ignored: ", error.what());
    }
}

std::string transformed_weights_line(const std::string& weights, const TransformedWeights& transformed) {
  return cat(weights, '\t', transformed.name, '\t', transformed.tile.text(), '\n');
}

std::string transformed_weights_text(const Graph& graph) {
  std::string text;
  for_each_attachment(
      graph, [&](const Value& value) { text += transformed_weights_line(value.name, *value.transformed); });
  return text;
}

std::array<std::int64_t, 3> conv_strides(const Node& conv) {
  std::array<std::int64_t, 3> strides{1, 1, 1};
  const std::vector<std::int64_t> own = conv.attributes.integers("strides", {});
  std::copy_backward(own.begin(), own.end(), strides.end());
  return strides;
}

void drop_transformed_weights(Graph& graph) {
  for (std::size_t i = 0; i < graph.value_count(); ++i) graph.value(static_cast<ValueId>(i)).transformed = {};
}

void use_transformed_weights(Graph& graph) {
  std::map<ValueId, ValueId> made;  // by the spatial weights
  for (Node& node : graph.nodes) {
    if (node.op != "Conv" || !graph.value(node.inputs[1]).transformed) continue;
    const std::shared_ptr<const TransformedWeights> transformed = graph.value(node.inputs[1]).transformed;
    const auto [operand, fresh] = made.try_emplace(node.inputs[1], kNoValue);
    if (fresh)
      operand->second = graph.add_constant(graph.unique_name(transformed->name), transformed->values);
    node.inputs.resize(kTransformedInput, kNoValue);
    node.inputs.push_back(operand->second);
    node.attributes.set(kTileAttribute, transformed->tile.text());
  }
}

std::vector<std::string> transformed_weights_names(const Graph& graph) {
  std::vector<std::string> names;
  for_each_attachment(graph, [&](const Value& value) { names.push_back(value.transformed->name); });
  return names;
}

}  // namespace rt3d::graph
