// Random graphs through whole sessions on every instruction set of this CPU, against the reference with bounds on every element
// (error_bounds.h). A failure prints its seed and the shortest graph that still fails, as text.
// RT3D_TEST_GRAPH=<seed> runs that graph alone, in every way.
#include "runtime/random_graphs.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "runtime/error_bounds.h"
#include "runtime/session.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::tests {
namespace {

using graph::Graph;
using kernels::Accuracy;
using runtime::Session;

struct Way {
  Isa isa;  // none: the reference device
  Accuracy accuracy;
  int threads;

  std::string text() const {
    return cat(isa == Isa::none ? "reference" : isa_name(isa), ", accuracy ", accuracy_name(accuracy), ", ",
               threads, " threads");
  }
};

std::vector<Way> all_ways() {
  std::vector<Way> ways{{Isa::none, Accuracy::exact, 1}};
  for (Isa isa : {Isa::avx2, Isa::avx512, Isa::neon})
    if (isa_runs_here(isa))
      for (Accuracy accuracy : {Accuracy::standard, Accuracy::exact})
        for (int threads : {1, 3}) ways.push_back({isa, accuracy, threads});
  return ways;
}

// Every accuracy and number of threads in turn, on every instruction set; the reference device for some.
std::vector<Way> some_ways(std::uint64_t seed) {
  std::vector<Way> ways;
  for (const Way& way : all_ways()) {
    const bool this_turn =
        (way.accuracy == Accuracy::exact) == (seed % 2 == 0) && (way.threads == 1) == (seed / 2 % 2 == 0);
    if (way.isa == Isa::none ? seed % 8 == 0 : this_turn) ways.push_back(way);
  }
  return ways;
}

struct Count {
  int sessions = 0, winograd = 0, failures = 0;
  std::int64_t elements = 0, bounded = 0, not_a_number = 0;
};

// What is wrong with the session's results, or nothing.
std::string fault(const Graph& graph, const std::vector<Tensor>& inputs, const Way& way, Count& count) {
  runtime::SessionOptions options;
  options.threads = way.threads;
  options.accuracy = way.accuracy;
  options.tuning.mode = tuner::Mode::off;
  options.weight_limit = 1 << 30;  // Winograd's methods may take all the memory that they like
  if (way.isa == Isa::none)
    options.device = "reference";
  else
    options.isa = way.isa;
  try {
    Session session(graph, options);
    bool winograd = false;
    for (const auto& step : session.steps()) winograd |= step.family.find("winograd") != std::string::npos;
    ++count.sessions;
    count.winograd += winograd;
    for (std::size_t i = 0; i < inputs.size(); ++i) session.set_input(i, inputs[i].bytes());
    session.run();
    const std::vector<Bounded> want = bounded_outputs(graph, inputs, winograd);
    for (std::size_t i = 0; i < want.size(); ++i) {
      for (float e : want[i].error.values<float>()) count.bounded += std::isfinite(e);
      for (float v : want[i].value.values<float>()) count.not_a_number += std::isnan(v);
      count.elements += want[i].value.elements();
      const auto* got = reinterpret_cast<const float*>(session.output(i));
      const std::string text = outside(want[i], {got, static_cast<std::size_t>(want[i].value.elements())});
      if (!text.empty()) return cat("output ", i, " '", session.outputs()[i].name, "': ", text);
    }
  } catch (const Error& error) {
    return cat("threw: ", error.what());
  }
  return {};
}

void check_graph(std::uint64_t seed, bool extremes, const std::vector<Way>& ways, Count& count) {
  const Graph graph = random_graph(seed);
  const std::vector<Tensor> inputs = random_inputs(graph, seed, extremes);
  for (const Way& way : ways) {
    std::string text = fault(graph, inputs, way, count);
    if (text.empty()) continue;
    Graph shortest = graph;
    Count ignored;
    while (shortest.nodes.size() > 1) {
      Graph shorter = without_last_node(shortest);
      std::string still = fault(shorter, inputs, way, ignored);
      if (still.empty()) break;
      shortest = std::move(shorter);
      text = std::move(still);
    }
    ++count.failures;
    FAIL_CHECK("RT3D_TEST_GRAPH=", seed, ", ", way.text(), ": ", text, "\n", to_text(shortest));
  }
}

void check_graphs(std::uint64_t first, std::uint64_t graphs, bool extremes, bool every_way) {
  constexpr int kMostFailures = 5;  // enough to see a pattern
  Count count;
  if (const char* seed = std::getenv("RT3D_TEST_GRAPH")) {
    check_graph(std::strtoull(seed, nullptr, 10), extremes, all_ways(), count);
    return;
  }
  for (std::uint64_t seed = first; seed < first + graphs && count.failures < kMostFailures; ++seed)
    check_graph(seed, extremes, every_way ? all_ways() : some_ways(seed), count);
  MESSAGE(count.sessions, " sessions, ", count.winograd, " with Winograd's methods; ", count.elements,
          " numbers, ", count.bounded, " of them bounded, ", count.not_a_number, " not a number");
  CHECK(count.bounded > count.elements / 2);
  if (extremes) CHECK(count.not_a_number > 0);
  if (this_device().isa != Isa::none) CHECK(count.winograd > 0);
}

constexpr bool kReal = false, kExtremes = true, kSomeWays = false, kEveryWay = true;

}  // namespace

TEST_CASE("random graphs compute what the reference does [slow: asan tsan aarch64]") {
  check_graphs(1, 400, kReal, kSomeWays);
}

TEST_CASE(
    "random graphs of numbers that are not finite, huge or tiny compute what the reference does [slow: asan "
    "tsan aarch64]") {
  check_graphs(1, 400, kExtremes, kSomeWays);
}

TEST_CASE("thousands of random graphs compute what the reference does" * doctest::skip()) {
  check_graphs(100'000, 2000, kReal, kEveryWay);
  check_graphs(200'000, 2000, kExtremes, kEveryWay);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
