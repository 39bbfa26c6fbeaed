#include "pruner/motion_network.h"

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

std::string network_text(bool normalized) {
  std::string text = "graph \"motion\"\ninput x f32 1x1x6x14x14\n";
  struct Row {
    int from, to;
    const char* strides;
  };
  constexpr std::array<Row, 4> kRows{
      {{1, 16, "1x1x1"}, {16, 32, "1x2x2"}, {32, 32, "1x1x1"}, {32, 32, "2x2x2"}}};
  std::string nodes, last = "x";
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const std::string n = std::to_string(i), to = std::to_string(kRows[i].to);
    text += "const w" + n + " f32 " + to + "x" + std::to_string(kRows[i].from) + "x3x3x3\nconst b" + n +
            " f32 " + to + "\n";
    const std::string attributes =
        std::string(" \"conv") + n + "\" strides=" + kRows[i].strides + " pads=1x1x1x1x1x1\n";
    if (normalized) {
      for (const char* name : {"s", "m", "v"}) text += std::string("const ") + name + n + " f32 " + to + "\n";
      nodes += "c" + n + " = Conv(" + last + ", w" + n + ")" + attributes;
      nodes +=
          "n" + n + " = BatchNormalization(c" + n + ", s" + n + ", b" + n + ", m" + n + ", v" + n + ")\n";
    } else {
      nodes += "n" + n + " = Conv(" + last + ", w" + n + ", b" + n + ")" + attributes;
    }
    nodes += "r" + n + " = Relu(n" + n + ")\n";
    last = "r" + n;
  }
  return text + "const g f32 8x32\nconst gb f32 8\n" + nodes + "p = GlobalAveragePool(" + last +
         ")\nf = Flatten(p)\no = Gemm(f, g, gb) \"classes\" transB=1\noutput o\n";
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

pruner::Network trained_motion_network(bool normalized, int steps) {
  constexpr std::size_t kBatch = 32;
  pruner::Network network(graph::parse_graph(network_text(normalized)));
  initialize(network);
  std::vector<at::Tensor> momenta;
  for (const pruner::Parameter& parameter : network.parameters())
    momenta.push_back(at::zeros_like(parameter.values).detach());
  for (int step = 0; step < steps; ++step) {
    const Clips clips = motion_clips(kBatch, 1000 + static_cast<std::uint64_t>(step));
    std::vector<at::Tensor> parts;
    for (const auto& input : clips.inputs) parts.push_back(input[0]);
    const at::Tensor labels = at::tensor(at::ArrayRef<std::int64_t>(clips.labels), at::kLong);
    const at::Tensor scores = network.run({at::cat(parts, 0)}, pruner::Mode::training)[0];
    at::nll_loss(at::log_softmax(scores, 1), labels).backward();
    const double rate = (normalized ? 0.05 : 0.02) * 0.5 * (1 + std::cos(M_PI * step / steps));
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

double accuracy(pruner::Network& network, const Clips& clips) {
  const at::NoGradGuard without_gradients;
  std::size_t right = 0;
  for (std::size_t i = 0; i < clips.inputs.size(); ++i)
    right += network.run(clips.inputs[i], pruner::Mode::evaluation)[0].argmax().item<std::int64_t>() ==
             clips.labels[i];
  return static_cast<double>(right) / static_cast<double>(clips.inputs.size());
}

}  // namespace rt3d::tests
