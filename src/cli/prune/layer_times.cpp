#include "cli/prune/layer_times.h"

#include <algorithm>
#include <limits>

namespace rt3d::cli {
namespace {

constexpr std::int64_t kLayersTuneMs = 120'000;  // of all models that are measured

// nullptr where the layer is no step of its own.
const StepTime* step_of(const std::vector<StepTime>& steps, const std::string& layer) {
  const auto found = std::ranges::find_if(
      steps, [&](const StepTime& step) { return step.name == layer && step.problem.starts_with("Conv "); });
  return found == steps.end() ? nullptr : &*found;
}

// Of each layer: what it takes over what it takes dense, in the same turns.
using Points = std::vector<std::vector<pruning::TimeCurve::Point>>;

void take(const Comparison& found, double kept, const std::vector<std::string>& layers, ModelTimes& times,
          Points& points) {
  times.dense_ns = std::min(times.dense_ns, whole_ns(found.dense));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const StepTime *dense = step_of(found.dense, layers[i]), *pruned = step_of(found.pruned, layers[i]);
    if (!dense) continue;
    double& least = times.layers[i].dense_ns;
    least = least == 0 ? dense->ns : std::min(least, dense->ns);
    if (pruned && dense->ns > 0) points[i].push_back({kept, pruned->ns / dense->ns});
  }
}

}  // namespace

ModelTimes measure_layers(const std::vector<std::string>& layers, std::size_t schemes, const Measure& measure,
                          const std::function<void(std::size_t, std::size_t)>& progress) {
  ModelTimes times{std::numeric_limits<double>::infinity(), std::vector<LayerTimes>(layers.size())};
  const std::size_t all = schemes * std::size(kMeasuredShares);
  std::size_t done = 0;
  std::int64_t left_ms = kLayersTuneMs;
  for (std::size_t s = 0; s < schemes; ++s) {
    Points points(layers.size(), {{1, 1}});
    for (const double kept : kMeasuredShares) {
      progress(done, all);
      const Comparison found = measure(s, kept, left_ms / static_cast<std::int64_t>(all - done));
      left_ms = std::max<std::int64_t>(0, left_ms - found.tuned_ms);
      take(found, kept, layers, times, points);
      ++done;
    }
    for (std::size_t i = 0; i < layers.size(); ++i) times.layers[i].curves.emplace_back(std::move(points[i]));
  }
  progress(all, all);
  // So far relative to the dense layer.
  for (LayerTimes& layer : times.layers)
    for (pruning::TimeCurve& curve : layer.curves) curve.scale(layer.dense_ns);
  return times;
}

}  // namespace rt3d::cli
