#include "pruner/motion_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/random.h"
#include "graph/graph.h"

namespace rt3d::tests {

namespace {

constexpr std::int64_t kFrames = 6, kSize = 14;
constexpr std::array<std::array<int, 2>, 8> kDirections{
    {{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {1, 1}, {-1, -1}, {1, -1}, {-1, 1}}};

constexpr double kEpsilon = 1e-5;

// Four convolutions, each with BatchNormalization and ReLU, or with a bias in place of the normalisation; pooling, a linear layer.
std::string network_text(bool normalized) {
  struct Row {
    int from, to;
    const char* strides;
  };
  constexpr std::array<Row, 4> kRows{
      {{1, 8, "1x1x1"}, {8, 16, "1x2x2"}, {16, 16, "1x1x1"}, {16, 32, "2x2x2"}}};
  std::string constants, nodes, last = "x";
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const std::string n = std::to_string(i), to = std::to_string(kRows[i].to);
    const auto constant = [&](const std::string& name, const std::string& shape) {
      constants += "const " + name + n + " f32 " + shape + "\n";
    };
    constant("w", to + "x" + std::to_string(kRows[i].from) + "x3x3x3");
    constant("b", to);
    const std::string attributes = " \"conv" + n + "\" strides=" + kRows[i].strides + " pads=1x1x1x1x1x1\n";
    if (normalized) {
      for (const char* name : {"s", "m", "v"}) constant(name, to);
      nodes += "c" + n + " = Conv(" + last + ", w" + n + ")" + attributes;
      nodes +=
          "n" + n + " = BatchNormalization(c" + n + ", s" + n + ", b" + n + ", m" + n + ", v" + n + ")\n";
    } else {
      nodes += "n" + n + " = Conv(" + last + ", w" + n + ", b" + n + ")" + attributes;
    }
    nodes += "r" + n + " = Relu(n" + n + ")\n";
    last = "r" + n;
  }
  return "graph \"motion\"\ninput x f32 1x1x6x14x14\n" + constants + "const g f32 8x32\nconst gb f32 8\n" +
         nodes + "p = GlobalAveragePool(" + last +
         ")\nf = Flatten(p)\no = Gemm(f, g, gb) \"classes\" transB=1\noutput o\n";
}

at::Tensor& values_of(pruner::Network& network, const std::string& name) {
  return std::ranges::find(network.parameters(), name, &pruner::Parameter::name)->values;
}

void initialize(pruner::Network& network) {
  Random random(21);
  const at::NoGradGuard without_gradients;
  for (pruner::Parameter& parameter : network.parameters()) {
    at::Tensor& values = parameter.values;
    if (parameter.role == pruner::Role::scale || parameter.role == pruner::Role::variance) values.fill_(1);
    if (parameter.role == pruner::Role::bias || parameter.role == pruner::Role::shift ||
        parameter.role == pruner::Role::mean)
      values.zero_();
    if (parameter.role != pruner::Role::weight) continue;
    const float bound = std::sqrt(6.0f / static_cast<float>(values.numel() / values.size(0)));
    for (std::int64_t i = 0; i < values.numel(); ++i)
      values.data_ptr<float>()[i] = random.uniform(-bound, bound);
  }
}

}  // namespace

Clips motion_clips(std::size_t count, std::uint64_t seed) {
  Clips clips;
  Random random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::size_t>(random.below(8));
    at::Tensor clip = at::empty({1, 1, kFrames, kSize, kSize});
    float* to = clip.data_ptr<float>();
    const float y0 = random.uniform(4, 9), x0 = random.uniform(4, 9), brightness = random.uniform(1, 2);
    for (std::int64_t t = 0; t < kFrames; ++t)
      for (std::int64_t y = 0; y < kSize; ++y)
        for (std::int64_t x = 0; x < kSize; ++x) {
          const float dy = static_cast<float>(y) - y0 -
                           static_cast<float>(kDirections[label][0]) * (static_cast<float>(t) - 2.5f);
          const float dx = static_cast<float>(x) - x0 -
                           static_cast<float>(kDirections[label][1]) * (static_cast<float>(t) - 2.5f);
          *to++ = brightness * std::exp(-(dy * dy + dx * dx) / 3) + random.uniform(-0.3f, 0.3f);
        }
    clips.inputs.push_back({clip});
    clips.labels.push_back(static_cast<std::int64_t>(label));
  }
  return clips;
}

pruner::Network trained_motion_network(int steps) {
  constexpr std::size_t kBatch = 16;
  pruner::Network network(graph::parse_graph(network_text(true)));
  initialize(network);
  std::vector<at::Tensor> momenta;
  for (const pruner::Parameter& parameter : network.parameters())
    momenta.push_back(at::zeros_like(parameter.values).detach());
  for (int step = 0; step < steps; ++step) {
    const Clips clips = motion_clips(kBatch, 1000 + static_cast<std::uint64_t>(step));
    const at::Tensor labels = at::tensor(at::ArrayRef<std::int64_t>(clips.labels), at::kLong);
    const at::Tensor scores = network.run({joined(clips)}, pruner::Mode::training)[0];
    at::nll_loss(at::log_softmax(scores, 1), labels).backward();
    const double rate = 0.05 * (1 + std::cos(M_PI * step / steps));
    const at::NoGradGuard without_gradients;
    for (std::size_t i = 0; i < momenta.size(); ++i) {
      at::Tensor& values = network.parameters()[i].values;
      if (!values.grad().defined()) continue;
      momenta[i].mul_(0.9).add_(values.grad());
      values.sub_(momenta[i] * rate);
      values.grad().zero_();
    }
  }
  return network;
}

pruner::Network with_folded_normalization(pruner::Network& normalized) {
  pruner::Network folded(graph::parse_graph(network_text(false)));
  const at::NoGradGuard without_gradients;
  for (const char* name : {"g", "gb"}) values_of(folded, name).copy_(values_of(normalized, name));
  for (const std::string n : {"0", "1", "2", "3"}) {
    const at::Tensor factor =
        values_of(normalized, "s" + n) / at::sqrt(values_of(normalized, "v" + n) + kEpsilon);
    values_of(folded, "w" + n).copy_(values_of(normalized, "w" + n) * factor.reshape({-1, 1, 1, 1, 1}));
    values_of(folded, "b" + n)
        .copy_(values_of(normalized, "b" + n) - values_of(normalized, "m" + n) * factor);
  }
  return folded;
}

at::Tensor joined(const Clips& clips) {
  std::vector<at::Tensor> parts;
  for (const std::vector<at::Tensor>& input : clips.inputs) parts.push_back(input[0]);
  return at::cat(parts, 0);
}

double accuracy(pruner::Network& network, const Clips& clips) {
  const at::NoGradGuard without_gradients;
  const at::Tensor labels = at::tensor(at::ArrayRef<std::int64_t>(clips.labels), at::kLong);
  const at::Tensor classes = network.run({joined(clips)}, pruner::Mode::evaluation)[0].argmax(1);
  return classes.eq(labels).to(at::kDouble).mean().item<double>();
}

}  // namespace rt3d::tests
