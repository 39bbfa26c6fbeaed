#include "pruner/compared.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/random.h"
#include "pruner/tensors.h"
#include "runtime/session.h"

namespace rt3d::tests {

at::Tensor random_tensor(const std::vector<std::int64_t>& sizes, std::uint64_t seed) {
  at::Tensor t = at::empty(sizes);
  Random random(seed);
  for (std::int64_t i = 0; i < t.numel(); ++i) t.data_ptr<float>()[i] = random.uniform(-1, 1);
  return t;
}

void set_values(pruner::Parameter& parameter, const at::Tensor& values) {
  const at::NoGradGuard without_gradients;
  parameter.values.copy_(values);
}

std::map<std::string, Shape> fixed_shapes(const graph::Graph& model) {
  std::map<std::string, Shape> shapes;
  for (const graph::ValueId id : model.inputs) {
    Shape shape = model.value(id).desc.shape;
    for (int axis = 0; axis < shape.rank(); ++axis)
      if (shape[axis] < 0) shape[axis] = 2;
    shapes[model.value(id).name] = shape;
  }
  return shapes;
}

std::vector<at::Tensor> random_inputs(const graph::Graph& specialized, std::uint64_t seed,
                                      std::int64_t batch) {
  std::vector<at::Tensor> inputs;
  Random random(seed);
  for (const graph::ValueId id : specialized.inputs) {
    Shape shape = specialized.value(id).desc.shape;
    if (batch > 0) shape[0] = batch;
    at::Tensor& input = inputs.emplace_back(at::empty(shape.dims()));
    std::generate_n(input.data_ptr<float>(), input.numel(), [&] { return random.uniform(-1, 1); });
  }
  return inputs;
}

std::vector<at::Tensor> session_outputs(const graph::Graph& model, const std::map<std::string, Shape>& shapes,
                                        const std::vector<at::Tensor>& inputs, kernels::Accuracy accuracy) {
  runtime::SessionOptions options;
  options.input_shapes = shapes;
  options.threads = 1;
  options.tuning.mode = tuner::Mode::off;
  options.accuracy = accuracy;
  runtime::Session session(model, options);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor input = pruner::host_tensor(inputs[i]);
    session.set_input(i, input.bytes());
  }
  session.run();
  std::vector<at::Tensor> outputs;
  for (std::size_t i = 0; i < session.outputs().size(); ++i) {
    at::Tensor& output = outputs.emplace_back(at::empty(session.outputs()[i].desc.shape.dims()));
    std::memcpy(output.data_ptr(), session.output(i),
                static_cast<std::size_t>(output.numel()) * sizeof(float));
  }
  return outputs;
}

double difference(const std::vector<at::Tensor>& got, const std::vector<at::Tensor>& expected) {
  constexpr double kHuge = std::numeric_limits<double>::max();
  if (got.size() != expected.size()) return kHuge;
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i].sizes() != expected[i].sizes()) return kHuge;
    const double error = (got[i] - expected[i]).abs().max().item<double>();
    if (!(error < kHuge)) return kHuge;
    worst = std::max(worst, error / std::max(1e-30, expected[i].abs().max().item<double>()));
  }
  return worst;
}

std::map<std::string, at::Tensor> convolution_outputs(pruner::Network& network, const at::Tensor& input) {
  std::map<std::string, at::Tensor> by_channel;
  network.run({input}, pruner::Mode::evaluation, {}, [&](const graph::Node& node, at::Tensor& output) {
    if (node.op == "Conv")
      by_channel[node.name] = output.detach().transpose(0, 1).reshape({output.size(1), -1});
  });
  return by_channel;
}

}  // namespace rt3d::tests
