// What a pass needs to rewrite a graph node by node: who produces and who consumes, constants as floats,
// killing and adding nodes. Node indices stay valid until the walk ends, when dead nodes are swept and the
// order is restored.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace rt3d::graph {

class Editor {
 public:
  explicit Editor(Graph& graph) : graph(graph), uses_(graph.uses()), dead_(graph.nodes.size(), false) {}

  Graph& graph;

  Node& node(int n) { return graph.nodes[static_cast<std::size_t>(n)]; }
  const Shape& shape(ValueId id) const { return graph.value(id).desc.shape; }
  // Producers and consumers are those at the start of the pass; a value that the pass has added has none.
  int producer(ValueId id) const { return known(id) ? uses_.producer[static_cast<std::size_t>(id)] : -1; }
  // The producer's index if it is an `op`, else -1.
  int producer(ValueId id, std::string_view op) const;
  const std::vector<int>& consumers(ValueId id) const {
    static const std::vector<int> kNone;
    return known(id) ? uses_.consumers[static_cast<std::size_t>(id)] : kNone;
  }
  bool used_once(ValueId id) const { return consumers(id).size() == 1 && !graph.is_output(id); }
  const Tensor* floats(ValueId id);   // a constant of f32, aligned; nullptr otherwise
  bool has_floats(ValueId id) const;  // the same, for who does not read them now
  // A constant whose only reader is about to read another one instead: the graph lets go of it.
  Tensor take(ValueId id);
  Tensor take_floats(ValueId id) { return take(id).aligned_copy(); }

  void kill(int n);
  void add(Node node);
  ValueId value(const std::string& stem, TensorDesc desc) {
    return graph.add_value(graph.unique_name(stem), std::move(desc), true);
  }
  ValueId constant(const std::string& stem, Tensor tensor) {
    return graph.add_constant(graph.unique_name(stem), std::move(tensor));
  }

  // Calls `rewrite` for every node, added ones included, until none changes; gives the number of rewrites.
  int walk(const std::function<bool(Editor&, int)>& rewrite);

 private:
  bool known(ValueId id) const {
    return id != kNoValue && static_cast<std::size_t>(id) < uses_.producer.size();
  }

  Graph::Uses uses_;
  std::vector<bool> dead_;
};

}  // namespace rt3d::graph
