#include "runtime/normal_form.h"

#include "base/clock.h"
#include "graph/model.h"
#include "graph/transformed_weights.h"
#include "runtime/running/onnx_compute.h"
#include "runtime/weights/transformed_check.h"

namespace rt3d::runtime {
namespace {

std::vector<NamedDesc> ports_of(const graph::Graph& graph, const std::vector<graph::ValueId>& ids) {
  std::vector<NamedDesc> ports;
  ports.reserve(ids.size());
  for (graph::ValueId id : ids) ports.push_back({graph.value(id).name, graph.value(id).desc});
  return ports;
}

}  // namespace

NormalForm::NormalForm(const graph::Graph& model, const SessionOptions& options)
    : graph(model), hints(model) {
  const auto start = std::chrono::steady_clock::now();
  graph->number_nodes();
  const graph::Evaluator evaluate = reference_evaluator();
  graph::specialize(*graph, options.input_shapes, evaluate);
  if (options.accuracy == kernels::Accuracy::exact) graph::drop_transformed_weights(*graph);
  drop_unrelated_transformed_weights(*graph);
  graph::optimize(*graph, evaluate);
  optimize_ns = ns_since(start);
  text = graph::to_text(*graph);
  removed = removed_channels(model, *graph);
  inputs = ports_of(*graph, graph->inputs);
  outputs = ports_of(*graph, graph->outputs);
}

}  // namespace rt3d::runtime
