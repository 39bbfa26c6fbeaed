#include "cli/prune/layer_times.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/problem_session.h"

namespace rt3d::cli {
namespace {

constexpr double kShares[] = {0.1, 0.2, 0.35, 0.6};  // kept; in between the time is nearly a straight line
constexpr int kLayerRuns = 7;
constexpr std::int64_t kLayerTuneMs = 300;
constexpr std::uint64_t kLayerSeed = 1;

// As problems write it: where a kernel has one position, the schemes are the same, and called vanilla (docs/sparsity.md).
std::string sparsity_text(const pruning::GroupSpec& scheme, bool one_position, double kept) {
  pruning::GroupSpec named = scheme;
  if (one_position) named.scheme = pruning::GroupScheme::vanilla;
  return join(" sparsity=", named.text(), ":", std::lround(100 * kept), "%");
}

double least_ns(const std::string& problem, const SessionOptions& options) {
  ProblemSession session(problem, options, kLayerSeed);
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= kLayerRuns; ++i) {
    if (interruption_requested()) throw Interrupted();
    session.run_ns();
    if (i > 0)
      least = std::min(least, static_cast<double>(session.step().last_ns));  // the first warms caches
  }
  return least;
}

// "c128x64x1x1x1": the second operand's kernel.
bool has_one_position(const std::string& problem) {
  const std::size_t weights = problem.find(",c"), end = problem.find_first_of(", ", weights + 2);
  if (weights == problem.npos) return false;
  std::string dims = problem.substr(weights + 2, end - weights - 2);
  for (int i = 0; i < 2; ++i) dims.erase(0, std::min(dims.size(), dims.find('x') + 1));
  return dims.find_first_not_of("1x") == dims.npos;
}

using Ratios = std::vector<std::vector<pruning::TimeCurve::Point>>;  // by scheme: time over the dense one's

}  // namespace

std::vector<LayerTimes> measure_layers(const std::vector<StepTime>& steps,
                                       const std::vector<std::string>& layers,
                                       const std::vector<pruning::GroupSpec>& schemes, SessionOptions options,
                                       const std::function<void(std::size_t, std::size_t)>& progress) {
  options.quiet = true;
  options.tune_ms = kLayerTuneMs;
  std::vector<const StepTime*> found;
  std::map<std::string, Ratios> measured;
  for (const std::string& layer : layers) {
    const auto step = std::ranges::find_if(steps, [&](const StepTime& s) {
      return s.step.name == layer && s.step.problem.starts_with("Conv ");
    });
    found.push_back(step == steps.end() ? nullptr : &*step);
    if (found.back()) measured[found.back()->step.problem];
  }
  const std::size_t all = measured.size() * (1 + schemes.size() * std::size(kShares));
  std::size_t done = 0;
  for (auto& entry : measured) {
    const std::string& problem = entry.first;
    Ratios& ratios = entry.second;
    const auto time = [&](const std::string& more) {
      progress(done++, all);
      return least_ns(problem + more, options);
    };
    const double dense = time("");
    for (const pruning::GroupSpec& scheme : schemes) {
      std::vector<pruning::TimeCurve::Point>& points = ratios.emplace_back();
      points.push_back({1, 1});
      for (const double kept : kShares)
        points.push_back({kept, time(sparsity_text(scheme, has_one_position(problem), kept)) / dense});
    }
  }
  progress(all, all);
  std::vector<LayerTimes> times;
  for (const StepTime* step : found) {
    LayerTimes& layer = times.emplace_back();
    if (!step) continue;
    layer.dense_ns = step->ns;
    for (std::vector<pruning::TimeCurve::Point> points : measured.at(step->step.problem)) {
      for (pruning::TimeCurve::Point& point : points) point.ns *= step->ns;
      layer.curves.emplace_back(std::move(points));
    }
  }
  return times;
}

}  // namespace rt3d::cli
