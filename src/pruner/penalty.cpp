#include "pruner/penalty.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"

namespace rt3d::pruner {
namespace {

struct Extents {
  std::int64_t oc, ic, positions;  // of the weights
  std::int64_t gm, gn, gp;         // of a group
  std::int64_t rows() const { return (oc + gm - 1) / gm; }
  std::int64_t columns() const { return (ic + gn - 1) / gn; }
  std::int64_t places() const { return (positions + gp - 1) / gp; }
};

Extents extents_of(const at::Tensor& weights, const pruning::GroupSpec& groups) {
  Extents e{};
  e.oc = weights.size(0);
  e.ic = weights.size(1);
  e.positions = weights.numel() / (e.oc * e.ic);
  const bool filter = groups.scheme == pruning::GroupScheme::filter;
  e.gm = filter ? 1 : groups.gm;
  e.gn = filter ? e.ic : groups.gn;
  e.gp = groups.scheme == pruning::GroupScheme::kgs ? 1 : e.positions;
  return e;
}

// [rows, gm, columns, gn, places, gp], with zeros where a group reaches beyond the weights.
at::Tensor by_groups(const at::Tensor& weights, const Extents& e) {
  const at::Tensor flat = weights.detach().reshape({e.oc, e.ic, e.positions});
  const at::Tensor whole = at::constant_pad_nd(
      flat, {0, e.places() * e.gp - e.positions, 0, e.columns() * e.gn - e.ic, 0, e.rows() * e.gm - e.oc});
  return whole.reshape({e.rows(), e.gm, e.columns(), e.gn, e.places(), e.gp});
}

at::Tensor sums(const at::Tensor& values, const Extents& e) { return by_groups(values, e).sum({1, 3, 5}); }

}  // namespace

at::Tensor group_sizes(const at::Tensor& weights, const pruning::GroupSpec& groups) {
  return sums(at::ones_like(weights), extents_of(weights, groups));
}

at::Tensor group_norms(const at::Tensor& weights, const pruning::GroupSpec& groups) {
  const Extents e = extents_of(weights, groups);
  const at::Tensor values = weights.detach();
  return (sums(values * values, e) / group_sizes(weights, groups)).sqrt();
}

at::Tensor spread(const at::Tensor& by_group, const at::Tensor& weights, const pruning::GroupSpec& groups) {
  const Extents e = extents_of(weights, groups);
  const at::Tensor whole = by_group.reshape({e.rows(), 1, e.columns(), 1, e.places(), 1})
                               .expand({e.rows(), e.gm, e.columns(), e.gn, e.places(), e.gp})
                               .reshape({e.rows() * e.gm, e.columns() * e.gn, e.places() * e.gp});
  return whole.slice(0, 0, e.oc).slice(1, 0, e.ic).slice(2, 0, e.positions).reshape(weights.sizes());
}

Penalty::Penalty(Network& network, std::vector<PenalizedLayer> layers, double strength)
    : network_(network), layers_(std::move(layers)), strength_(strength) {
  double macs = 0, count = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const at::Tensor& w = weights(i);
    macs += layers_[i].macs;
    count += static_cast<double>(w.numel());
    magnitude_.push_back(std::sqrt((w.detach() * w.detach()).mean().item<double>()));
    factors_.push_back(at::ones_like(group_norms(w, layers_[i].groups)));
  }
  for (std::size_t i = 0; i < layers_.size(); ++i)
    work_.push_back(layers_[i].macs / static_cast<double>(weights(i).numel()) * count / macs);
}

const at::Tensor& Penalty::weights(std::size_t layer) const {
  const Parameter* parameter = network_.parameter(layers_[layer].weights);
  if (parameter == nullptr) fail(Code::internal, "a penalized layer has no weights of its own");
  return parameter->values;
}

double Penalty::scale(std::size_t layer) const { return strength_ * work_[layer] * magnitude_[layer]; }

void Penalty::reweight() {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const at::Tensor norms = group_norms(weights(i), layers_[i].groups);
    const at::Tensor squares = norms * norms;
    at::Tensor p = 1 / (squares + kEpsilon * squares.mean());
    // The mean over what is not zero yet: zeros stay, and would hold it up.
    const at::Tensor alive = norms > 0;
    if (!alive.any().item<bool>()) continue;
    p = p / p.masked_select(alive).mean();
    factors_[i] = p.clamp(kLeast, kMost);
  }
}

double Penalty::value() const {
  double sum = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const at::Tensor& w = weights(i);
    const pruning::GroupSpec& groups = layers_[i].groups;
    sum += scale(i) *
           (factors_[i] * group_sizes(w, groups) * group_norms(w, groups)).sum(at::kDouble).item<double>();
  }
  return sum;
}

// d/dw of n · sqrt(Σ w² / n) is w / rms.
at::Tensor Penalty::subgradient(std::size_t layer) const {
  const at::Tensor& w = weights(layer);
  const pruning::GroupSpec& groups = layers_[layer].groups;
  const at::Tensor norms = group_norms(w, groups);
  const at::Tensor factor =
      at::where(norms > 0, scale(layer) * factors_[layer] / norms, at::zeros_like(norms));
  return w.detach() * spread(factor, w, groups);
}

// The largest groups, as many as are needed for the share of the weights that stays.
at::Tensor Penalty::spared(std::size_t layer, const at::Tensor& norms) const {
  const at::Tensor sizes = group_sizes(weights(layer), layers_[layer].groups).reshape({-1});
  const at::Tensor order = norms.reshape({-1}).argsort(0, /*descending=*/true);
  const at::Tensor ordered = sizes.index_select(0, order);
  const at::Tensor before = ordered.cumsum(0, at::kDouble) - ordered;
  const double stays = (1 - layers_[layer].most) * static_cast<double>(weights(layer).numel());
  return at::zeros({order.numel()}, at::kBool).index_put_({order}, before < stays).reshape(norms.sizes());
}

void Penalty::shrink(double rate) {
  const at::NoGradGuard without_gradients;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const at::Tensor& w = weights(i);
    const pruning::GroupSpec& groups = layers_[i].groups;
    const at::Tensor norms = group_norms(w, groups);
    const at::Tensor left = (1 - rate * scale(i) * factors_[i] / norms.clamp_min(1e-30)).clamp_min(0);
    w.mul_(spread(at::where(spared(i, norms), at::ones_like(left), left), w, groups));
  }
}

double Penalty::needed(double macs) const {
  using Needs = std::vector<std::pair<float, double>>;  // by group: what it needs, its multiply-adds
  Needs all;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const at::Tensor& w = weights(i);
    const at::Tensor needs =
        (group_norms(w, layers_[i].groups) / (factors_[i] * (work_[i] * magnitude_[i]))).contiguous();
    const at::Tensor sizes = group_sizes(w, layers_[i].groups).contiguous();
    Needs of_layer;
    for (std::int64_t g = 0; g < needs.numel(); ++g)
      of_layer.emplace_back(needs.data_ptr<float>()[g],
                            layers_[i].macs * sizes.data_ptr<float>()[g] / static_cast<double>(w.numel()));
    std::ranges::sort(of_layer);
    double room = layers_[i].most * layers_[i].macs;
    for (auto& [need, of_group] : of_layer) {
      of_group = std::min(of_group, room);
      room -= of_group;
      if (of_group > 0) all.emplace_back(need, of_group);
    }
  }
  std::ranges::sort(all);
  double sum = 0, least = 1e-30;
  for (const auto& [need, of_group] : all) {
    sum += of_group;
    if (need > 0) least = need;
    if (sum >= macs && need > 0) break;
  }
  return least;
}

std::int64_t Penalty::zero_groups() const {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i)
    count += (group_norms(weights(i), layers_[i].groups) == 0).sum().item<std::int64_t>();
  return count;
}

std::int64_t Penalty::all_groups() const {
  std::int64_t count = 0;
  for (const at::Tensor& p : factors_) count += p.numel();
  return count;
}

double Penalty::zero_share() const {
  double zero = 0, all = 0;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const at::Tensor& w = weights(i);
    const at::Tensor sizes = group_sizes(w, layers_[i].groups);
    const at::Tensor gone = group_norms(w, layers_[i].groups) == 0;
    zero += layers_[i].macs * (sizes * gone).sum().item<double>() / static_cast<double>(w.numel());
    all += layers_[i].macs;
  }
  return all > 0 ? zero / all : 0;
}

}  // namespace rt3d::pruner
