// Sessions that tune at the same time, each with threads of its own and all with one database file.
#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "runtime/planned_graph.h"
#include "runtime/session.h"
#include "scratch_folder.h"
#include "skip.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

constexpr const char* kTunedNet =
    "graph \"net\"\n"
    "input x f32 1x8x2x6x6\n"
    "const w f32 16x8x3x3x3\n"
    "c f32 1x16x2x6x6 = Conv(x, w) strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "p f32 1x16x1x3x3 = MaxPool(c) kernel_shape=2x2x2 strides=2x2x2 pads=0x0x0x0x0x0 dilations=1x1x1\n"
    "output p\n";

}  // namespace

TEST_CASE("sessions that tune side by side into one database compute what they should, and remember it") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const tests::ScratchFolder folder;
  const graph::Graph model = graph::parse_graph(kTunedNet);
  const Tensor input = test::random_inputs(model, 4).at(0);
  SessionOptions options;
  options.database = folder.path() / "tuning.db";
  options.tuning.mode = tuner::Mode::quick;
  options.tuning.limit_ms = 3'600'000;  // it ends sooner
  options.tuning.look = [] { return tuner::MachineState{0, 8}; };
  options.threads = 2;
  constexpr std::size_t kSessions = 3;
  std::vector<std::vector<float>> outputs(kSessions);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kSessions; ++i)
    threads.emplace_back([&, i] {
      Session session(model, options);
      session.set_input(0, input.bytes());
      session.run();
      const auto* y = reinterpret_cast<const float*>(session.output(0));
      outputs[i].assign(y, y + session.outputs()[0].desc.shape.elements());
    });
  for (std::thread& thread : threads) thread.join();
  options.device = "reference";
  options.tuning.mode = tuner::Mode::off;
  Session reference(model, options);
  reference.set_input(0, input.bytes());
  reference.run();
  const auto* want = reinterpret_cast<const float*>(reference.output(0));
  for (const std::vector<float>& got : outputs)
    for (std::size_t k = 0; k < got.size(); ++k) CHECK(std::fabs(got[k] - want[k]) < 1e-4f);
  options.device = "cpu";
  options.tuning.mode = tuner::Mode::quick;
  const Session again(model, options);
  CHECK(again.stats().measurements == 0);
  CHECK(again.stats().from_database > 0);
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
