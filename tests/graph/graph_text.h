// A graph written as text, through one pass, back to text.
#pragma once

#include <string>

#include "graph/graph.h"
#include "graph/model.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {

inline std::vector<Tensor> no_evaluation(const Node& node, std::span<const Tensor* const>,
                                         std::span<const TensorDesc>) {
  fail(Code::unsupported, "this test evaluates no ", node.op);
}

inline std::string after(int (*pass)(Graph&, const Evaluator&), const std::string& text) {
  Graph graph = parse_graph(text);
  graph.verify();
  pass(graph, no_evaluation);
  remove_dead(graph, no_evaluation);
  graph.verify();
  return to_text(graph);
}

inline std::string same(const std::string& text) { return to_text(parse_graph(text)); }

}  // namespace rt3d::graph
