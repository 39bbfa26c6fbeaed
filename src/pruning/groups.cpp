// Kernel groups: how much of each layer survives, then patterns drawn at that share.
#include <algorithm>
#include <cmath>

#include "base/checksum.h"
#include "base/error.h"
#include "graph/transformed_weights.h"
#include "kernels/winograd_weights.h"
#include "pruning/layers.h"
#include "pruning/pruning.h"
#include "pruning/published_ratios.h"
#include "pruning/transform_tile.h"

namespace rt3d::pruning {

namespace {

constexpr int kAttempts = 4;

double work(const std::vector<Layer>& layers, const std::vector<double>& kept) {
  double sum = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) sum += kept[i] * static_cast<double>(layers[i].macs);
  return sum;
}

// The share that each layer keeps when none may do more work than `level`; `dense` stay whole.
std::vector<double> shares(const std::vector<Layer>& layers, const std::vector<bool>& dense, double level,
                           double rate) {
  std::vector<double> kept(layers.size(), 1.0);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (dense[i]) continue;
    const double share = layers[i].linear ? 1 / rate : level / static_cast<double>(layers[i].macs);
    kept[i] = std::clamp(share, kLeastKept, 1.0);
  }
  return kept;
}

// The shares at the level at which all layers together do `target` of work.
std::vector<double> shares_for(const std::vector<Layer>& layers, double target, double rate) {
  std::vector<bool> dense;
  dense.reserve(layers.size());
  for (const Layer& layer : layers) dense.push_back(!layer.stays.empty());
  for (;;) {
    const double least = work(layers, shares(layers, dense, 0, rate));
    if (least > target) {
      const double all = work(layers, std::vector<double>(layers.size(), 1.0));
      fail(Code::invalid_argument, "pruning at ", rate,
           " times is out of reach: with every layer that may be pruned at ", kLeastKept,
           " of its weights the model is at ", all / least, " times");
    }
    double low = 0, high = target;
    for (int i = 0; i < 100; ++i) {
      const double level = (low + high) / 2;
      (work(layers, shares(layers, dense, level, rate)) > target ? high : low) = level;
    }
    std::vector<double> kept = shares(layers, dense, low, rate);
    bool settled = true;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (dense[i] || kept[i] <= kMostKept) continue;
      dense[i] = true;
      settled = false;
    }
    if (settled) return kept;
  }
}

std::vector<double> published_shares(const std::vector<Layer>& layers, const std::string& model,
                                     double rate) {
  std::vector<double> kept;
  kept.reserve(layers.size());
  for (const Layer& layer : layers) kept.push_back(1 - published_ratio(model, rate, layer.name).value_or(0));
  return kept;
}

// What a layer's groups are of: its weights, or those in the transform domain.
struct Domain {
  Shape shape;
  std::optional<LayerTile> transform;
};

std::vector<Domain> domains(const graph::Graph& graph, const std::vector<Layer>& layers,
                            const Request& request) {
  std::vector<Domain> all;
  for (const Layer& layer : layers) {
    Domain domain{graph.value(layer.weights).desc.shape, std::nullopt};
    if (request.transformed && layer.stays.empty())
      domain.transform = best_tile(graph, graph.nodes[static_cast<std::size_t>(layer.node)]);
    if (domain.transform) domain.shape = domain.transform->weights;
    all.push_back(std::move(domain));
  }
  return all;
}

struct Drawn {
  std::vector<kernels::Pattern> patterns;  // one per layer
  std::vector<double> kept;                // of the weights, as drawn
};

Drawn draw(const std::vector<Layer>& layers, const std::vector<Domain>& domains,
           const std::vector<double>& shares, const Request& request, std::uint64_t seed) {
  Drawn drawn;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Shape& shape = domains[i].shape;
    const kernels::Scheme scheme = domains[i].transform ? kernels::Scheme::kgs : request.scheme;
    const std::uint64_t own = checksum64(layers[i].name) ^ (seed * 0x9e3779b97f4a7c15ull);
    kernels::Pattern pattern(shape, request.gm, request.gn);
    if (shares[i] < 1)
      pattern = kernels::random_pattern(shape, scheme, request.gm, request.gn, shares[i], own);
    // A layer of a few groups stays rather than vanish.
    if (pattern.kept_units() == 0) pattern = kernels::Pattern(shape, request.gm, request.gn);
    drawn.kept.push_back(static_cast<double>(pattern.kept_weights()) /
                         static_cast<double>(pattern.weights()));
    drawn.patterns.push_back(std::move(pattern));
  }
  return drawn;
}

// Whole groups round shares up and down; the convolution whose groups do least work each makes up for all of
// them.
Drawn draw_near(const std::vector<Layer>& layers, const std::vector<Domain>& domains, const Request& request,
                std::uint64_t seed) {
  const double wanted = work(layers, std::vector<double>(layers.size(), 1.0)) / request.rate;
  std::vector<double> kept = shares_for(layers, wanted, request.rate);
  Drawn drawn = draw(layers, domains, kept, request, seed);
  for (int i = 0; i < kAttempts; ++i) {
    const double missing = wanted - work(layers, drawn.kept);
    if (std::fabs(missing) <= kClose * wanted) break;
    std::size_t finest = layers.size();
    const auto grain = [&](std::size_t l) {
      return static_cast<double>(layers[l].macs) / static_cast<double>(drawn.patterns[l].units());
    };
    for (std::size_t l = 0; l < layers.size(); ++l)
      if (kept[l] < 1 && !layers[l].linear && (finest == layers.size() || grain(l) < grain(finest)))
        finest = l;
    if (finest == layers.size()) break;
    kept[finest] =
        std::clamp(kept[finest] + missing / static_cast<double>(layers[finest].macs), kLeastKept, kMostKept);
    drawn = draw(layers, domains, kept, request, seed);
  }
  return drawn;
}

void apply(Tensor& weights, const kernels::Pattern& pattern, double kept) {
  kernels::prune(weights, pattern);
  const auto scale = static_cast<float>(std::sqrt(1 / kept));
  for (float& weight : weights.mutable_values<float>()) weight *= scale;
}

// Attaches transformed weights that have the pattern; the spatial ones stay as they are.
void apply_transformed(graph::Graph& graph, const Layer& layer, const LayerTile& transform,
                       const kernels::Pattern& pattern, double kept) {
  const graph::Value& weights = graph.value(layer.weights);
  Tensor values = kernels::winograd_weights(*weights.constant, transform.tile, transform.strides);
  apply(values, pattern, kept);
  graph::attach_transformed_weights(graph, layer.weights,
                                    {weights.name + ".winograd", transform.tile, std::move(values)});
}

std::string zeros_text(const Layer& layer, const Domain& domain, const Request& request, double kept) {
  if (kept < 1 && domain.transform)
    return cat("winograd ", domain.transform->tile.text(), " ", request.gm, "x", request.gn);
  if (kept < 1) return cat(kernels::scheme_name(request.scheme), " ", request.gm, "x", request.gn);
  if (!layer.stays.empty()) return cat("dense: ", layer.stays);
  return request.published ? "dense: not in the profile" : "dense: little work";
}

}  // namespace

Report prune_groups(graph::Graph& graph, const Request& request, std::uint64_t seed) {
  const std::vector<Layer> layers = layers_of(graph);
  const std::vector<Domain> where = domains(graph, layers, request);
  const Drawn drawn =
      request.published
          ? draw(layers, where, published_shares(layers, graph.name, request.rate), request, seed)
          : draw_near(layers, where, request, seed);
  Report report;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Tensor& weights = *graph.value(layers[i].weights).constant;
    if (drawn.kept[i] < 1 && where[i].transform)
      apply_transformed(graph, layers[i], *where[i].transform, drawn.patterns[i], drawn.kept[i]);
    else if (drawn.kept[i] < 1)
      apply(weights, drawn.patterns[i], drawn.kept[i]);
    const auto surviving = std::llround(drawn.kept[i] * static_cast<double>(layers[i].macs));
    report.layers.push_back({layers[i].name, weights.shape(),
                             zeros_text(layers[i], where[i], request, drawn.kept[i]), layers[i].macs,
                             surviving});
    report.macs += layers[i].macs;
    report.surviving_macs += surviving;
  }
  return report;
}

}  // namespace rt3d::pruning
