// Whole networks on inputs that are not finite: the answer says so, and the next run does not remember.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "models/models.h"
#include "runtime/planned_graph.h"
#include "runtime/session.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

using Limits = std::numeric_limits<float>;

std::vector<float> answer(Session& session, const std::vector<Tensor>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) session.set_input(i, inputs[i].bytes());
  session.run();
  std::vector<float> y(static_cast<std::size_t>(session.outputs()[0].desc.shape.elements()));
  std::memcpy(y.data(), session.output(0), y.size() * sizeof(float));
  return y;
}

}  // namespace

TEST_CASE(
    "one pixel that is NaN makes every score NaN, and the next run is as if it had not been [slow: "
    "aarch64]") {
  for (const char* name : {"c3d", "r2plus1d_18", "s3d", "x3d_m", "slowfast_r50", "mobilenet_v2"}) {
    models::MakeRequest request;
    request.name = name;
    request.size = 64;
    request.width = 0.25;
    const graph::Graph model = models::build(request);
    SessionOptions options;
    options.threads = 2;
    options.tuning.mode = tuner::Mode::off;
    Session session(model, options);
    std::vector<Tensor> inputs = test::random_inputs(model, 1);
    const std::vector<float> before = answer(session, inputs);
    for (const float special : {Limits::quiet_NaN(), Limits::infinity(), 3e38f}) {
      INFO(name, " with ", special);
      const auto middle = static_cast<std::size_t>(inputs[0].elements() / 2);
      const float kept = std::exchange(inputs[0].mutable_values<float>()[middle], special);
      for (float score : answer(session, inputs)) CHECK((std::isnan(score) || !std::isnan(special)));
      inputs[0].mutable_values<float>()[middle] = kept;
      CHECK(answer(session, inputs) == before);
    }
  }
}

TEST_CASE("a clip whose limit is NaN makes everything NaN, alone and behind a convolution") {
  const std::string text =
      "graph \"net\"\ninput x f32 1x3x2x4x4\nconst w f32 4x3x1x1x1\n"
      "c f32 1x4x2x4x4 = Conv(x, w) act=clip act_alpha=nan act_beta=6.0 strides=1x1x1 pads=0x0x0x0x0x0 "
      "dilations=1x1x1 group=1\ny f32 1x3x2x4x4 = Activation(x) act=clip act_beta=nan\noutput c\noutput y\n";
  for (const char* device : {"cpu", "reference"}) {
    test::PlannedGraph planned(text, device);
    for (const Tensor& output : planned.run(test::random_inputs(planned.graph, 1)))
      for (float y : output.values<float>()) CHECK(std::isnan(y));
  }
}

TEST_CASE("a model's Clip whose limit is NaN makes everything NaN, whatever passes make of it") {
  for (const char* clip : {"Clip(c, l)", "Clip(c, zero, l)", "Clip(c, l, six)"}) {
    CAPTURE(clip);
    const graph::Graph model = graph::parse_graph(
        std::string("graph \"net\"\ninput x f32 1x3x2x4x4\nconst w f32 4x3x1x1x1\nconst l f32 scalar = nan\n"
                    "const zero f32 scalar = 0\nconst six f32 scalar = 6\nc = Conv(x, w)\ny = ") +
        clip + "\noutput y\n");
    for (const char* device : {"cpu", "reference"}) {
      SessionOptions options;
      options.device = device;
      options.tuning.mode = tuner::Mode::off;
      Session session(model, options);
      for (const float y : answer(session, test::random_inputs(model, 1))) CHECK(std::isnan(y));
    }
  }
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
