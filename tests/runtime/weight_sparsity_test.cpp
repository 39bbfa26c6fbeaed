// What a model's file says about how its weights were pruned, and what becomes of it in the plan's problems.
#include <doctest/doctest.h>

#include <mutex>

#include "base/log.h"
#include "kernels/sparsity.h"
#include "runtime/planned_graph.h"
#include "runtime/session.h"
#include "runtime/weights/weight_sparsity.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

using kernels::Scheme;

constexpr const char* kTwoLayers = R"(input x f32 1x16x2x6x6
const first.weight f32 32x16x3x3x3
const second.weight f32 5x1152
y f32 1x32x2x6x6 = Conv(x, first.weight) "first" dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1
p f32 1x32x1x6x6 = MaxPool(y) dilations=1x1x1 kernel_shape=2x1x1 pads=0x0x0x0x0x0 strides=2x1x1
r f32 1x1152 = Reshape(p)
z f32 1x5 = Gemm(r, second.weight) "second"
output z)";

// The value's constant with units of 8 × 4 pruned.
void prune_constant(graph::Graph& graph, const std::string& name, Scheme scheme) {
  for (std::size_t id = 0; id < graph.value_count(); ++id) {
    graph::Value& value = graph.value(static_cast<graph::ValueId>(id));
    if (value.name != name) continue;
    Tensor weights = test::random_tensor(value.desc, 3);
    kernels::prune(weights, kernels::random_pattern(value.desc.shape, scheme, 8, 4, 0.25, 4));
    value.constant = std::move(weights);
  }
}

graph::Graph pruned_model(const std::string& property) {
  graph::Graph graph = graph::parse_graph(kTwoLayers);
  prune_constant(graph, "first.weight", Scheme::kgs);
  if (!property.empty()) graph.metadata[kSparsityProperty] = property;
  return graph;
}

struct Detected {
  std::vector<std::string> problems, warnings;
};

Detected detected(const std::string& property) {
  Detected result;
  std::mutex mutex;
  set_log_sink(
      [&](LogLevel, const std::string& text) {
        const std::lock_guard lock(mutex);
        result.warnings.push_back(text);
      },
      LogLevel::warning);
  const graph::Graph model = pruned_model(property);
  SessionOptions options;
  options.tuning.mode = tuner::Mode::off;
  options.threads = 2;
  const Session session(model, options);
  set_log_sink({}, LogLevel::warning);
  for (const StepReport& step : session.steps())
    if (step.problem.starts_with("Conv") || step.problem.starts_with("Gemm"))
      result.problems.push_back(step.problem);
  return result;
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a problem carries the sparsity of its weights, and a dense layer's carries none") {
  const Detected d = detected("");
  REQUIRE(d.problems.size() == 2);
  CHECK(contains(d.problems[0], "sparsity=kgs:8x4:25%"));
  CHECK_FALSE(contains(d.problems[1], "sparsity"));
  CHECK(d.warnings.empty());
}

TEST_CASE("a confirmed hint chooses the group, by the weights' name or the node's") {
  for (const char* property : {"first.weight=kgs:4x4", " ;first=kgs:4x4;", "first.weight=kgs:4x4:70%"}) {
    const Detected d = detected(property);
    REQUIRE(d.problems.size() == 2);
    CHECK(contains(d.problems[0], "sparsity=kgs:4x4:25%"));
    CHECK(d.warnings.empty());
  }
}

TEST_CASE("what the zeros do not confirm is ignored with a warning that names it") {
  for (const char* property : {"first.weight=kgs:16x4", "first.weight=vanilla:8x4", "second.weight=kgs:8x4",
                               "third.weight=kgs:8x4", "first.weight", "first.weight=filter:8x4",
                               "first.weight=kgs:12x4", "=kgs:8x4", "first.weight=kgs:99999999999x4"}) {
    const Detected d = detected(property);
    REQUIRE(d.problems.size() == 2);
    CHECK(contains(d.problems[0], "sparsity=kgs:8x4:25%"));
    CHECK_FALSE(contains(d.problems[1], "sparsity"));
    REQUIRE(d.warnings.size() == 1);
    CHECK(contains(d.warnings[0], property));
  }
}

TEST_CASE("a damaged property of any length warns a few times") {
  std::string property;
  for (int i = 0; i < 1000; ++i) property += "nonsense;";
  const Detected d = detected(property + "first.weight=kgs:4x4");
  CHECK(d.warnings.size() == 6);
  REQUIRE(d.problems.size() == 2);
  CHECK(contains(d.problems[0], "sparsity=kgs:4x4:25%"));
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
