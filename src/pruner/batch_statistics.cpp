#include "pruner/batch_statistics.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::pruner {

namespace {

struct Sums {
  at::Tensor values, squares;  // double, by channel
  double count = 0;
};

std::vector<at::Tensor> joined(std::span<const std::vector<at::Tensor>> clips) {
  std::vector<at::Tensor> inputs;
  for (std::size_t i = 0; i < clips[0].size(); ++i) {
    std::vector<at::Tensor> parts;
    for (const std::vector<at::Tensor>& clip : clips) parts.push_back(clip[i]);
    inputs.push_back(at::cat(parts, 0));
  }
  return inputs;
}

class Estimate {
 public:
  explicit Estimate(Network& network) : network_(network) {}

  void add(std::span<const std::vector<at::Tensor>> clips) {
    network_.run(joined(clips), Mode::training,
                 [&](const graph::Node& node, std::span<const at::Tensor* const> operands) {
                   const Parameter* mean =
                       node.op == "BatchNormalization" ? network_.parameter(node.inputs[3]) : nullptr;
                   if (mean) add(sums_[mean->id], *operands[0]);
                   if (mean) variances_[mean->id] = node.inputs[4];
                 });
  }

  void write() {
    for (const auto& [id, sums] : sums_) {
      const at::Tensor mean = sums.values / sums.count;
      network_.parameter(id)->values.copy_(mean);
      if (Parameter* variance = network_.parameter(variances_.at(id)))
        variance->values.copy_(at::clamp_min(sums.squares / sums.count - mean * mean, 0));
    }
  }

 private:
  static void add(Sums& sums, const at::Tensor& input) {
    const at::Tensor x = input.detach().to(at::kDouble).transpose(0, 1).reshape({input.size(1), -1});
    const at::Tensor values = x.sum(1), squares = (x * x).sum(1);
    sums.values = sums.count > 0 ? sums.values + values : values;
    sums.squares = sums.count > 0 ? sums.squares + squares : squares;
    sums.count += static_cast<double>(x.size(1));
  }

  Network& network_;
  std::map<graph::ValueId, Sums> sums_;  // by the mean's parameter
  std::map<graph::ValueId, graph::ValueId> variances_;
};

bool has_statistics(const Network& network) {
  return std::ranges::any_of(network.parameters(),
                             [](const Parameter& parameter) { return parameter.role == Role::mean; });
}

}  // namespace

void estimate_statistics(Network& network, std::span<const std::vector<at::Tensor>> clips,
                         const ClipProgress& progress, std::size_t batch) {
  if (clips.empty() || !has_statistics(network)) return;
  const at::NoGradGuard without_gradients;
  Estimate estimate(network);
  for (std::size_t i = 0; i < clips.size(); i += batch) {
    const auto part = clips.subspan(i, std::min(batch, clips.size() - i));
    try {
      estimate.add(part);
    } catch (const Error& error) {
      if (part.size() == 1 || error.code() != Code::unsupported) throw;
      estimate_statistics(network, clips, progress, 1);  // a node mixes clips
      return;
    }
    if (progress) progress(i + part.size(), clips.size());
  }
  estimate.write();
}

}  // namespace rt3d::pruner
