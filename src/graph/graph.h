// The graph: nodes in topological order over values. Values are named and owned by the graph; constants carry their tensor
// (shared, never copied between graphs). Operation and attribute names are ONNX's; fused forms are documented in
// passes/README.md. Copying a graph copies structure, not weights. Not thread-safe; a const Graph may be shared.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/attributes.h"
#include "base/tensor.h"
#include "base/winograd_tile.h"

namespace rt3d::graph {

using ValueId = std::int32_t;
using NodeId = std::int32_t;
inline constexpr ValueId kNoValue = -1;  // an absent optional input

// Weights in Winograd's transform domain, beside spatial ones (transformed_weights.h).
struct TransformedWeights {
  std::string name;
  WinogradTile tile;
  Tensor values;
};

struct Value {
  std::string name;
  TensorDesc desc;                 // shape may have unknown (-1) dimensions until infer_shapes
  bool shape_known = false;        // rank and all dimensions are known
  std::optional<Tensor> constant;  // set for weights and folded values
  std::shared_ptr<const TransformedWeights> transformed = nullptr;  // of a Conv's weights that have them
};

struct Node {
  std::string op;    // "Conv", "MaxPool", …
  std::string name;  // the exporter's, for messages and profiles; may be empty
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  Attributes attributes;
  std::map<std::string, Tensor> tensors;  // tensor-valued attributes (Constant's value)
  std::vector<NodeId> origins = {};       // the nodes that it was before the passes, if any (number_nodes)
};

class Graph;
// For messages: "Conv 'stem'", or "Conv (no name, output 'y')" where the exporter gave it none.
std::string node_text(const Graph& graph, const Node& node);
std::string node_text(const std::string& op, const std::string& name, const std::string& output);

// What may still be computed of constants before the graph runs (folding.h).
struct FoldingBudget {
  std::int64_t bytes = std::int64_t{64} << 20;  // of results that are kept
  std::int64_t work = std::int64_t{256} << 20;  // bytes read and written, and multiplications
};

class Graph {
 public:
  std::vector<Node> nodes;  // topological order
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  std::string name;
  std::map<std::string, std::string> metadata;  // the model's metadata properties
  FoldingBudget folding;

  ValueId add_value(std::string name, TensorDesc desc = {}, bool shape_known = false);
  ValueId add_constant(std::string name, Tensor tensor);
  Value& value(ValueId id) { return values_[static_cast<std::size_t>(id)]; }
  const Value& value(ValueId id) const { return values_[static_cast<std::size_t>(id)]; }
  std::size_t value_count() const { return values_.size(); }
  const Tensor* constant(ValueId id) const;  // nullptr when absent or not constant
  bool is_output(ValueId id) const;

  // Indices into nodes of the producer (or -1) and of the consumers of every value; invalidated by any change.
  struct Uses {
    std::vector<int> producer;
    std::vector<std::vector<int>> consumers;  // a node that reads a value twice appears twice
  };
  Uses uses() const;

  void number_nodes();  // every node becomes its own origin: names may be missing or equal
  void erase_nodes(const std::vector<bool>& dead);  // by node index
  void sort_topologically();                        // throws invalid_model on a cycle
  // `stem`, or the first of stem.1, stem.2, … that no value has.
  std::string unique_name(const std::string& stem);

  // Every id in range, each value produced at most once and before it is read, constants match their desc, inputs
  // and outputs exist. Throws internal: a pass broke the graph.
  void verify() const;

 private:
  std::vector<Value> values_;
  // Of the first `named_` values: their names, with the number to try next behind each. Filled when it is
  // first asked for.
  std::unordered_map<std::string, int> names_;
  std::size_t named_ = 0;
};

// The text form, one line per value-defining item, readable back by parse_graph. Constants print as their shape and, up to
// 16 elements, their values; larger ones read back as seeded random numbers. The language of the pass tests.
std::string to_text(const Graph& graph);
Graph parse_graph(const std::string& text);  // throws invalid_argument with the line number

}  // namespace rt3d::graph
