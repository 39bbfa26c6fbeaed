// An Activation that is its input's only reader goes into the Conv, Gemm or elementwise operation that
// computes the input.
#include <algorithm>

#include "graph/passes/activation.h"
#include "graph/passes/editor.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

constexpr std::string_view kHosts[] = {"Conv", "Gemm", "Add", "Sub", "Mul", "Div"};

bool fuse_into_host(Editor& e, int n) {
  const Node& activation = e.node(n);
  if (activation.op != "Activation") return false;
  const ValueId x = activation.inputs[0];
  const int producer = e.producer(x);
  if (producer < 0 || !e.used_once(x)) return false;
  Node& host = e.node(producer);
  if (has_activation(host) || std::find(std::begin(kHosts), std::end(kHosts), host.op) == std::end(kHosts))
    return false;
  copy_activation(activation, host);
  host.outputs[0] = activation.outputs[0];
  e.kill(n);
  return true;
}

}  // namespace

int fuse_activation(Graph& graph, const Evaluator&) { return Editor(graph).walk(fuse_into_host); }

}  // namespace rt3d::graph
