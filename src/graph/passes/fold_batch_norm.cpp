// A BatchNormalization behind a convolution that nobody else reads goes into its weights and bias.
#include "graph/passes/activation.h"
#include "graph/passes/batch_norm.h"
#include "graph/passes/channel_constant.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

bool fold_norm(Editor& e, int n) {
  const Node& norm = e.node(n);
  if (norm.op != "BatchNormalization") return false;
  const int producer = e.producer(norm.inputs[0], "Conv");
  if (producer < 0 || !e.used_once(norm.inputs[0])) return false;
  Node& conv = e.node(producer);
  if (has_activation(conv) || conv.inputs.size() > 3 || !e.has_floats(conv.inputs[1])) return false;
  const auto affine = batch_norm_affine(e, norm);
  const auto bias = bias_of(e, conv, e.shape(norm.inputs[0])[1]);
  if (!affine || !bias) return false;
  const ValueId out = norm.outputs[0];
  e.kill(n);
  conv.outputs[0] = out;
  scale_weights(e, conv, *bias, affine->scale, affine->shift);
  return true;
}

}  // namespace

int fold_batch_norm(Graph& graph, const Evaluator&) { return Editor(graph).walk(fold_norm); }

}  // namespace rt3d::graph
