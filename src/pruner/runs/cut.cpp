#include "pruner/runs/cut.h"

#include <algorithm>

#include "base/error.h"
#include "pruner/filter_pruning.h"

namespace rt3d::pruner {
namespace {

OneShotRequest request_for(const RunPlan& plan) {
  OneShotRequest request;
  request.criterion = row_of(plan.method).criterion;
  request.keep_dense = plan.keep_dense;
  request.threads = plan.threads;
  return request;
}

}  // namespace

OneShotReport cut_groups(Network& network, const RunPlan& plan, std::span<const PrunedLayer> layers,
                         std::span<const std::vector<at::Tensor>> examples) {
  std::vector<pruning::GroupSpec> schemes;
  for (const PrunedLayer& layer : layers)
    if (std::ranges::find(schemes, layer.scheme) == schemes.end()) schemes.push_back(layer.scheme);
  const OneShotRequest request = request_for(plan);
  const at::NoGradGuard without_gradients;
  OneShot one_shot(network, schemes, request);
  one_shot.see(examples);
  one_shot.order();
  if (plan.layers.empty()) {
    one_shot.choose(plan.rate);
  } else {
    std::vector<LayerChoice> choices(one_shot.survey().convs.size());
    for (std::size_t i = 0; i < choices.size(); ++i)
      for (const PrunedLayer& layer : layers)
        if (layer.layer == one_shot.survey().convs[i].row)
          choices[i] = {static_cast<std::size_t>(std::ranges::find(schemes, layer.scheme) - schemes.begin()),
                        1 - layer.most};
    one_shot.choose(choices);
  }
  one_shot.apply(examples);
  return one_shot.report();
}

void require_filters(Network& network, const RunPlan& plan) {
  OneShotRequest request = request_for(plan);
  request.criterion = Criterion::magnitude;
  const at::NoGradGuard without_gradients;
  FilterPruning(network, request).choose(plan.rate);
}

FilterCut cut_filters(Network& dense, const RunPlan& plan,
                      std::span<const std::vector<at::Tensor>> examples) {
  const OneShotRequest request = request_for(plan);
  const at::NoGradGuard without_gradients;
  FilterPruning filters(dense, request);
  filters.see(examples);
  filters.choose(plan.rate);
  filters.apply(examples);
  return {filters.report(), filters.gone()};
}

std::map<std::string, Tensor> without_filters(Network& dense, const RunPlan& plan,
                                              const std::vector<bool>& gone) {
  const FilterSets sets(dense, plan.keep_dense);
  if (gone.size() != sets.limit())
    fail(Code::invalid_argument, "the checkpoint is of another model: its filters are others");
  return sets.without(gone);
}

graph::Graph with_constants(graph::Graph model, const std::map<std::string, Tensor>& constants) {
  for (std::size_t i = 0; i < model.value_count(); ++i) {
    graph::Value& value = model.value(static_cast<graph::ValueId>(i));
    const auto found = constants.find(value.name);
    if (!value.constant || found == constants.end()) continue;
    value.constant = found->second;
    value.desc = found->second.desc();
  }
  return model;
}

}  // namespace rt3d::pruner
