#include "jit/asm/code.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "isas_here.h"
#include "jit/asm/activation.h"
#include "jit/jit.h"
#include "jit/stream/stream.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {
namespace {

void emit_nothing_much(Asm& as) { as.zero({0}); }

}  // namespace

TEST_CASE("code with one name is generated once and shared, also by threads") {
  for (Isa isa : tests::isas_here()) {
    std::vector<std::shared_ptr<const Code>> codes(4);
    std::vector<std::thread> threads;
    threads.reserve(codes.size());
    for (auto& code : codes)
      threads.emplace_back([&code, isa] { code = generate("engine_test_shared", isa, emit_nothing_much); });
    for (std::thread& t : threads) t.join();
    for (const auto& code : codes) CHECK(code == codes[0]);
    CHECK(code_bytes() >= codes[0]->bytes());
  }
}

TEST_CASE("freed code gives its bytes back") {
  for (Isa isa : tests::isas_here()) {
    const std::size_t before = code_bytes();
    { const auto code = generate("engine_test_freed", isa, emit_nothing_much); }
    CHECK(code_bytes() == before);
  }
}

TEST_CASE("no page is ever writable and executable") {
  std::vector<std::shared_ptr<const Code>> codes;
  for (Isa isa : tests::isas_here()) codes.push_back(generate("engine_test_wx", isa, emit_nothing_much));
  std::ifstream maps("/proc/self/maps");
  int executable = 0;
  for (std::string line; std::getline(maps, line);) {
    const std::string permissions = line.substr(line.find(' ') + 1, 4);
    CHECK_MESSAGE(permissions.substr(0, 3) != "rwx", line);
    executable += permissions[2] == 'x';
  }
  CHECK(executable > 0);
}

TEST_CASE("code for a foreign architecture is refused, but can be listed") {
  const Isa foreign = isa_runs_here(Isa::neon) ? Isa::avx2 : Isa::neon;
  CHECK_THROWS_AS(generate("engine_test_foreign", foreign, emit_nothing_much), Error);
  CHECK(!list(foreign, emit_nothing_much).machine_code.empty());
}

TEST_CASE("generated activations agree with their definition") {
  using kernels::Act;
  for (Isa isa : tests::isas_here()) {
    const auto lanes = static_cast<std::size_t>(isa_lanes(isa));
    std::vector<float> x(lanes * 64), y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = (static_cast<float>(i) / static_cast<float>(x.size()) - 0.5f) * (i % 3 == 0 ? 250.0f : 12.0f);
    for (const kernels::Activation& a : {kernels::Activation{Act::none},
                                         {Act::relu},
                                         {Act::clip, -1.5f, 6.0f},
                                         {Act::leaky_relu, 0.1f},
                                         {Act::sigmoid},
                                         {Act::tanh},
                                         {Act::hard_sigmoid, 0.2f, 0.5f},
                                         {Act::hard_swish},
                                         {Act::swish}}) {
      const auto code = stream(isa, {.op = StreamOp::copy, .activation = a});
      const StreamArgs args{x.data(), nullptr, y.data(), 16, 0};
      code->call(&args);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const float expected = kernels::apply(a, x[i]);
        CHECK_MESSAGE(std::fabs(y[i] - expected) <= 1e-6f * std::max(1.0f, std::fabs(expected)),
                      isa_name(isa), " ", activation_label(a), " x=", x[i], " y=", y[i], " expected ",
                      expected);
      }
    }
  }
}

TEST_CASE("the measured peak is a plausible number") {
  ThreadPool pool(1);
  for (Isa isa : tests::isas_here()) {
    const double gflops = measure_peak_gflops(device_with(isa), pool);
    CHECK(gflops > 0.01);
    CHECK(gflops < 2000);
  }
}

}  // namespace rt3d::jit

TEST_SUITE_END();
