// What a pass needs to rewrite a graph node by node: who produces and who consumes, constants as floats,
// killing and adding nodes. Node indices stay valid until the walk ends, when dead nodes are swept and the
// order is restored. A rewrite costs what it touches, not the graph: who produces and consumes is kept up to
// date from the nodes that were handed out for writing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/passes/operand_index.h"

namespace rt3d::graph {

class Editor {
 public:
  explicit Editor(Graph& graph);

  Graph& graph;

  Node& node(int n) {
    touched_.push_back(n);
    return graph.nodes[static_cast<std::size_t>(n)];
  }
  const Shape& shape(ValueId id) const { return graph.value(id).desc.shape; }
  // Producers and consumers are those before the rewrite under way; a value that it has added has none.
  int producer(ValueId id) const { return index_.producer(id); }
  // The producer's index if it is an `op`, else -1.
  int producer(ValueId id, std::string_view op) const;
  std::vector<int> consumers(ValueId id) const { return index_.consumers(id); }  // ascending
  bool is_output(ValueId id) const { return output_[static_cast<std::size_t>(id)]; }
  bool used_once(ValueId id) const { return index_.consumer_count(id) == 1 && !is_output(id); }
  const Tensor* floats(ValueId id);   // a constant of f32, aligned; nullptr otherwise
  bool has_floats(ValueId id) const;  // the same, for who does not read them now
  // A constant whose only reader is about to read another one instead: the graph lets go of it.
  Tensor take(ValueId id);
  Tensor take_floats(ValueId id) { return take(id).aligned_copy(); }

  void kill(int n);
  void add(Node node);
  void replace_inputs(ValueId from, ValueId to);  // of all nodes
  ValueId value(const std::string& stem, TensorDesc desc) {
    return added(graph.add_value(graph.unique_name(stem), std::move(desc), true));
  }
  ValueId constant(const std::string& stem, Tensor tensor) {
    return added(graph.add_constant(graph.unique_name(stem), std::move(tensor)));
  }

  // Calls `rewrite` for every node, added ones included, until none changes; gives the number of rewrites.
  // Throws internal when there is no end to them.
  int walk(const std::function<bool(Editor&, int)>& rewrite);

 private:
  ValueId added(ValueId id) {
    output_.push_back(false);
    return id;
  }
  bool visit(int n, const std::function<bool(Editor&, int)>& rewrite);
  void settle(int n, bool rewritten);

  OperandIndex index_;
  std::vector<bool> dead_;
  std::vector<bool> output_;  // by value
  std::vector<int> touched_;  // handed out for writing in the rewrite under way
  std::vector<int> again_;    // to be looked at again: what a rewrite touched, and its neighbours
};

}  // namespace rt3d::graph
