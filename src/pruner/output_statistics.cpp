#include "pruner/output_statistics.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace rt3d::pruner {
namespace {

// Enough: each tells of thousands of positions. All at once, for what a layer reads comes from restored ones.
constexpr std::size_t kMostClips = 16;
// A channel that hardly varies any more is not blown up to what it was.
constexpr double kMostScale = 10;

std::pair<at::Tensor, at::Tensor> mean_and_deviation(const at::Tensor& output) {
  const at::Tensor by_channel = output.detach().transpose(0, 1).reshape({output.size(1), -1});
  return {by_channel.mean(1), by_channel.std(1, /*unbiased=*/false)};
}

// One number a channel, beside all that a tensor has of it: `at` is the channels' dimension.
at::Tensor beside(const at::Tensor& by_channel, const at::Tensor& like, std::int64_t at) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[static_cast<std::size_t>(at)] = -1;
  return by_channel.reshape(shape);
}

}  // namespace

OutputStatistics::OutputStatistics(Network& network, const LayerSurvey& survey,
                                   std::span<const std::vector<at::Tensor>> clips)
    : network_(network) {
  for (const PrunableConv& conv : survey.convs)
    if (conv.bias != nullptr) convs_[&network.graph().nodes[static_cast<std::size_t>(conv.node)]] = &conv;
  if (convs_.empty() || clips.empty()) return;
  const std::size_t count = std::min(kMostClips, clips.size());
  for (std::size_t i = 0; i < clips[0].size(); ++i) {
    std::vector<at::Tensor> parts;
    for (std::size_t k = 0; k < count; ++k) parts.push_back(clips[k * clips.size() / count][i]);
    inputs_.push_back(at::cat(parts, 0));
  }
  const Adjust see = [&](const graph::Node& node, at::Tensor& output) {
    if (!convs_.contains(&node)) return;
    const auto [mean, deviation] = mean_and_deviation(output);
    before_[&node] = {mean, deviation};
  };
  try {
    run(see);
  } catch (const Error& error) {
    if (count == 1 || error.code() != Code::unsupported) throw;
    inputs_ = clips[0];  // a node mixes clips
    run(see);
  }
}

void OutputStatistics::run(const Adjust& adjust) {
  const at::NoGradGuard without_gradients;
  network_.run(inputs_, Mode::evaluation, {}, adjust);
}

void OutputStatistics::restore(Emptied emptied) {
  if (before_.empty()) return;
  run([&](const graph::Node& node, at::Tensor& output) {
    const auto at = convs_.find(&node);
    if (at == convs_.end()) return;
    const Channels& wanted = before_.at(&node);
    const auto [mean, deviation] = mean_and_deviation(output);
    at::Tensor &weights = at->second->weights->values, &bias = at->second->bias->values;
    const at::Tensor scale = at::where(deviation > 0, (wanted.deviation / deviation).clamp_max(kMostScale),
                                       at::ones_like(deviation));
    const at::Tensor empty = (weights == 0).flatten(1).all(1);
    const at::Tensor to =
        emptied == Emptied::go ? at::where(empty, mean, wanted.mean) : wanted.mean;  // of the outputs
    weights.mul_(beside(scale, weights, 0));
    bias.copy_(to + (bias - mean) * scale);
    output = (output - beside(mean, output, 1)) * beside(scale, output, 1) + beside(to, output, 1);
  });
}

}  // namespace rt3d::pruner
