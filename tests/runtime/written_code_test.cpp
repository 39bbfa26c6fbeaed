// Code is written and run while sessions are prepared, tuned and get newer plans: no mapping of the process may ever be both writable and
// executable.
#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include "runtime/planned_graph.h"
#include "runtime/session.h"
#include "skip.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

constexpr const char* kWrittenNet =
    "graph \"net\"\n"
    "input x f32 1x8x2x10x10\n"
    "const w f32 16x8x3x3x3\n"
    "c f32 1x16x2x10x10 = Conv(x, w) strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "r f32 1x16x2x10x10 = Relu(c)\n"
    "p f32 1x16x1x5x5 = MaxPool(r) kernel_shape=2x2x2 strides=2x2x2 pads=0x0x0x0x0x0 dilations=1x1x1\n"
    "output p\n";

// Looks at all mappings; counts those that are executable.
struct Mappings {
  std::atomic<int> looks = 0, executable = 0, wrong = 0;
  void look() {
    std::ifstream maps("/proc/self/maps");
    int seen = 0;
    for (std::string line; std::getline(maps, line);) {
      const std::string permissions = line.substr(line.find(' ') + 1, 3);
      seen += permissions[2] == 'x';
      wrong += permissions[1] == 'w' && permissions[2] == 'x';
    }
    ++looks;
    executable = seen;
  }
};

}  // namespace

TEST_CASE("no mapping is ever writable and executable while a session is prepared, tuned and renewed") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  Mappings mappings;
  std::atomic<bool> done = false;
  std::thread watcher([&] {  // at any moment, beside those below
    while (!done) mappings.look();
  });
  const graph::Graph model = graph::parse_graph(kWrittenNet);
  const Tensor input = test::random_inputs(model, 4).at(0);
  SessionOptions options;
  options.threads = 1;
  options.tuning.mode = tuner::Mode::quick;
  options.tuning.look = [] { return tuner::MachineState{0, 8}; };
  int candidates = 0;
  options.tuning.progress = [&](const TuningProgress&) {
    mappings.look();
    ++candidates;
    return tuner::Answer::go_on;
  };
  for (const bool later : {false, true}) {
    options.tune_later = later;
    Session session(model, options);
    mappings.look();
    session.set_input(0, input.bytes());
    for (bool finished = !later; !finished;) {
      session.run();
      finished = session.tune(std::chrono::milliseconds(2));
      mappings.look();
    }
    session.run();
    mappings.look();
  }
  done = true;
  watcher.join();
  CHECK(candidates > 5);
  CHECK(mappings.looks > candidates);
  CHECK(mappings.executable > 0);
  CHECK(mappings.wrong == 0);
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
