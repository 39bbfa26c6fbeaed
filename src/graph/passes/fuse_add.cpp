// The sum of a residual block goes into the convolution before it, y = act(conv + b + add), where that
// convolution has no other reader. With two candidates the one that stands later takes the sum: the other is
// then computed before it.
#include "graph/passes/activation.h"
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

int candidate(Editor& e, const Node& add, std::size_t side) {
  const ValueId x = add.inputs[side];
  const ValueId other = add.inputs[1 - side];
  const int producer = e.producer(x, "Conv");
  if (producer < 0 || !e.used_once(x) || e.graph.constant(other)) return -1;
  const Node& conv = e.node(producer);
  if (has_activation(conv) || conv.inputs.size() > 3 || e.graph.value(x).desc != e.graph.value(other).desc)
    return -1;
  return producer;
}

bool fuse_sum(Editor& e, int n) {
  const Node& add = e.node(n);
  if (add.op != "Add") return false;
  const int left = candidate(e, add, 0);
  const int right = candidate(e, add, 1);
  if (left < 0 && right < 0) return false;
  const std::size_t side = right > left ? 1 : 0;
  Node& conv = e.node(std::max(left, right));
  conv.inputs.resize(4, kNoValue);
  conv.inputs[3] = add.inputs[1 - side];
  conv.outputs[0] = add.outputs[0];
  copy_activation(add, conv);
  e.kill(n);
  return true;
}

}  // namespace

int fuse_add(Graph& graph, const Evaluator&) { return Editor(graph).walk(fuse_sum); }

}  // namespace rt3d::graph
