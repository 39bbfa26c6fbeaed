// Models with structured zeros: rates, patterns, scale, and filters that can really go.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/random.h"
#include "kernels/sparsity.h"
#include "models/models.h"
#include "pruning/pruning.h"
#include "runtime/running/interpret.h"

TEST_SUITE_BEGIN("pruning");

namespace rt3d::pruning {

namespace {

struct Pruned {
  graph::Graph graph;
  Report report;
  std::map<std::string, Tensor> weights;  // by layer
};

struct Sparse {
  models::MakeRequest model;
  std::string zeros;  // "": none
};

Pruned make_pruned(const Sparse& sparse) {
  Pruned made;
  made.graph = models::build(sparse.model);
  if (!sparse.zeros.empty()) made.report = prune(made.graph, parse_request(sparse.zeros), sparse.model.seed);
  for (const graph::Node& node : made.graph.nodes)
    if (node.op == "Conv" || node.op == "Gemm")
      made.weights[node.name] = *made.graph.constant(node.inputs[1]);
  return made;
}

Sparse half_r2plus1d(const std::string& zeros) {
  return {{.name = "r2plus1d_18", .frames = 8, .size = 64, .width = 0.5}, zeros};
}

std::int64_t zeros(const Tensor& tensor) {
  const auto values = tensor.values<float>();
  return std::count(values.begin(), values.end(), 0.0f);
}

double second_moment(const Tensor& tensor) {
  double sum = 0;
  for (const float value : tensor.values<float>()) sum += static_cast<double>(value) * value;
  return sum / static_cast<double>(tensor.elements());
}

std::int64_t surviving(const Report& report, const std::string& layer) {
  for (const PrunedLayer& row : report.layers)
    if (row.name == layer) return row.surviving_macs;
  FAIL("no layer " << layer);
  return 0;
}

bool is_refused(const Sparse& sparse) {
  try {
    make_pruned(sparse);
  } catch (const Error& error) {
    return error.code() == Code::invalid_argument && std::string(error.what()).size() > 30;
  }
  return false;
}

}  // namespace

TEST_CASE("pruned groups meet the rate, hold all zeros and are found again") {
  struct Case {
    const char* spec;
    kernels::Scheme scheme;
    int gm, gn;
    double rate;
  };
  const Case cases[] = {{"kgs:8x4:2.6", kernels::Scheme::kgs, 8, 4, 2.6},
                        {"vanilla:16x4:2", kernels::Scheme::vanilla, 16, 4, 2},
                        {"kgs:4x1:4.5", kernels::Scheme::kgs, 4, 1, 4.5}};
  for (const Case& c : cases) {
    CAPTURE(c.spec);
    const Pruned made = make_pruned(half_r2plus1d(c.spec));
    CHECK(made.report.rate() == doctest::Approx(c.rate).epsilon(0.005));
    int pruned = 0;
    for (const PrunedLayer& layer : made.report.layers) {
      CAPTURE(layer.name);
      const Tensor& weights = made.weights.at(layer.name);
      const kernels::Pattern pattern = kernels::pattern_of(weights, c.gm, c.gn);
      CHECK(zeros(weights) == pattern.weights() - pattern.kept_weights());
      const double kept =
          static_cast<double>(pattern.kept_weights()) / static_cast<double>(pattern.weights());
      CHECK(layer.kept() == doctest::Approx(kept).epsilon(1e-6));
      CHECK((layer.zeros.substr(0, 5) == "dense") == (kept == 1));
      pruned += kept < 1;
      if (c.scheme == kernels::Scheme::kgs) continue;
      for (std::int64_t o = 0; o < pattern.oc_groups(); ++o)
        for (std::int64_t i = 0; i < pattern.ic_groups(); ++i)
          for (std::int64_t p = 1; p < pattern.positions(); ++p)
            REQUIRE(pattern.kept(o, i, p) == pattern.kept(o, i, 0));
    }
    CHECK(pruned >= 8);
  }
}

TEST_CASE("groups so large that one is a per cent of the work meet the rate too") {
  const Report report = make_pruned({{.name = "c3d"}, "vanilla:32x4:3.6"}).report;
  CHECK(report.rate() == doctest::Approx(3.6).epsilon(0.005));
}

TEST_CASE("layers with more work lose more, and first, last and grouped layers nothing") {
  const Report report = make_pruned({{.name = "c3d"}, "kgs:8x4:3.6"}).report;
  std::int64_t sum = 0;
  for (const PrunedLayer& a : report.layers) {
    sum += a.surviving_macs;
    CHECK(a.kept() >= 0.99 * kLeastKept);
    for (const PrunedLayer& b : report.layers)
      if (a.zeros == b.zeros && a.weights.rank() == 5 && b.weights.rank() == 5 && a.macs > b.macs)
        CHECK(a.kept() <= b.kept() * 1.001);
  }
  CHECK(sum == report.surviving_macs);
  CHECK(report.rate() == doctest::Approx(3.6).epsilon(0.005));
  CHECK(report.macs == models::find("c3d").macs);
  for (const char* dense : {"conv1", "fc8"})
    for (const PrunedLayer& layer : report.layers)
      if (layer.name == dense) CHECK(layer.kept() == 1);
  const Report x3d = make_pruned({{.name = "x3d_xs", .size = 64, .width = 0.5}, "kgs:8x4:1.2"}).report;
  for (const PrunedLayer& layer : x3d.layers)
    if (layer.weights[1] == 1) CHECK(layer.kept() == 1);
}

TEST_CASE("the published ratios give the published multiply-accumulates") {
  struct Case {
    const char* model;
    const char* spec;
    double rate;
  };
  const Case cases[] = {{"c3d", "kgs:8x4:authors-2.6", 2.529},
                        {"c3d", "kgs:8x4:authors-3.6", 3.569},
                        {"r2plus1d_18", "vanilla:8x4:authors-2.6", 2.568},
                        {"r2plus1d_18", "kgs:8x4:authors-3.2", 3.227}};
  for (const Case& c : cases) {
    CAPTURE(c.spec);
    const Report report = make_pruned({{.name = c.model, .classes = 101}, c.spec}).report;
    CHECK(report.rate() == doctest::Approx(c.rate).epsilon(0.002));
  }
  CHECK(is_refused({{.name = "c3d"}, "kgs:8x4:authors-3.2"}));
  CHECK(is_refused({{.name = "x3d_s"}, "kgs:8x4:authors-2.6"}));
}

TEST_CASE("what survives makes up for what vanished") {
  const Pruned dense = make_pruned(half_r2plus1d(""));
  for (const char* spec : {"kgs:8x4:2.6", "filter:2"}) {
    const Pruned pruned = make_pruned(half_r2plus1d(spec));
    const double before = second_moment(dense.weights.at("layer1.0.conv1.0.0"));
    CHECK(second_moment(pruned.weights.at("layer1.0.conv1.0.3")) ==
          doctest::Approx(second_moment(dense.weights.at("layer1.0.conv1.0.3"))).epsilon(0.05));
    if (*spec == 'k')
      CHECK(second_moment(pruned.weights.at("layer1.0.conv1.0.0")) == doctest::Approx(before).epsilon(0.05));
  }
}

TEST_CASE("seeds and names decide which groups go") {
  Sparse sparse = half_r2plus1d("kgs:8x4:2");
  const auto pattern = [&sparse](const char* layer) {
    return kernels::pattern_of(make_pruned(sparse).weights.at(layer), 8, 4);
  };
  const kernels::Pattern first = pattern("layer1.0.conv1.0.0");
  CHECK(pattern("layer1.0.conv1.0.0") == first);
  CHECK_FALSE(pattern("layer1.0.conv2.0.0") == first);
  sparse.model.seed = 2;
  CHECK_FALSE(pattern("layer1.0.conv1.0.0") == first);
}

TEST_CASE("groups of the transform domain lie beside dense spatial weights") {
  const Pruned dense = make_pruned(half_r2plus1d(""));
  const Pruned made = make_pruned(half_r2plus1d("winograd:16x4:2.6"));
  CHECK(made.report.rate() == doctest::Approx(2.6).epsilon(0.005));
  std::map<std::string, graph::ValueId> values;
  for (const graph::Node& node : made.graph.nodes)
    if (node.op == "Conv") values[node.name] = node.inputs[1];
  int transformed = 0, spatial = 0;
  for (const PrunedLayer& layer : made.report.layers) {
    CAPTURE(layer.name);
    if (layer.kept() == 1) continue;
    const bool strided = layer.zeros.substr(0, 8) != "winograd";
    const auto& attached = made.graph.value(values.at(layer.name)).transformed;
    REQUIRE((attached == nullptr) == strided);
    const Tensor& weights = attached ? attached->values : made.weights.at(layer.name);
    const kernels::Pattern pattern = kernels::pattern_of(weights, 16, 4);
    CHECK(zeros(weights) == pattern.weights() - pattern.kept_weights());
    CHECK(layer.kept() == doctest::Approx(static_cast<double>(pattern.kept_weights()) /
                                          static_cast<double>(pattern.weights())));
    (attached ? transformed : spatial) += 1;
    if (attached) CHECK(zeros(made.weights.at(layer.name)) == zeros(dense.weights.at(layer.name)));
  }
  CHECK(transformed >= 8);
  CHECK(spatial >= 1);
}

// What reads a removed channel may hold anything: the channel is zero wherever it is read.
TEST_CASE("removed filters leave nothing behind that anything reads") {
  for (const char* name : {"s3d", "c3d", "r2plus1d_18"}) {
    CAPTURE(name);
    Pruned made =
        make_pruned({{.name = name, .classes = 5, .frames = 16, .size = 32, .width = 0.125}, "filter:1.8"});
    CHECK(made.report.rate() == doctest::Approx(1.8).epsilon(0.05));
    Tensor input = Tensor::allocate(made.graph.value(made.graph.inputs[0]).desc);
    Random random(3);
    for (float& value : input.mutable_values<float>()) value = random.uniform(-1, 1);
    const std::vector<Tensor> before = runtime::interpret(made.graph, {&input, 1});
    int columns = 0;
    for (const PrunedLayer& layer : made.report.layers) {
      if (layer.zeros.find("channels") == std::string::npos) continue;
      Tensor& weights = made.weights.at(layer.name);
      const auto values = weights.mutable_values<float>();
      const auto rows = static_cast<std::size_t>(weights.shape()[0]);
      const std::size_t row = values.size() / rows,
                        kernel = row / static_cast<std::size_t>(weights.shape()[1]);
      for (std::size_t at = 0; at < row; at += kernel) {
        bool empty = true;
        for (std::size_t i = 0; i < values.size(); ++i)
          if (i % row >= at && i % row < at + kernel) empty = empty && values[i] == 0;
        for (std::size_t i = 0; empty && i < values.size(); ++i)
          if (i % row >= at && i % row < at + kernel) values[i] = 1e3f;
        columns += empty;
      }
    }
    CHECK(columns > 10);
    const std::vector<Tensor> after = runtime::interpret(made.graph, {&input, 1});
    const auto a = before[0].values<float>(), b = after[0].values<float>();
    CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }
}

TEST_CASE("a layer's surviving work counts its filters and its channels") {
  const Pruned made = make_pruned({{.name = "c3d", .frames = 16, .size = 64, .width = 0.25}, "filter:2.6"});
  for (const PrunedLayer& layer : made.report.layers) {
    CAPTURE(layer.name);
    const Tensor& weights = made.weights.at(layer.name);
    const double kept = 1 - static_cast<double>(zeros(weights)) / static_cast<double>(weights.elements());
    CHECK(static_cast<double>(surviving(made.report, layer.name)) ==
          doctest::Approx(kept * static_cast<double>(layer.macs)).epsilon(1e-4));
  }
}

TEST_CASE("sparsities that cannot be made are refused with a reason") {
  for (const char* spec :
       {"kgs",          "kgs:8x4",    "kgs:8x4:",  "kgs:8x4:1",   "kgs:8x4:0.5",     "kgs:8x4:nan",
        "kgs:8x4:1e9",  "kgs:0x4:2",  "kgs:8x:2",  "kgs:8x4x2:2", "kgs:99999x4:2",   "rows:8x4:2",
        "filter",       "filter:",    "filter:-3", "filter:2:3",  "kgs:8x4:authors", "kgs:8x4:authors-",
        "kgs:8x4:3.6 ", "kgs:8x4:40", "filter:80"}) {
    CAPTURE(spec);
    CHECK(is_refused({{.name = "c3d", .frames = 16, .size = 32, .width = 0.125}, spec}));
  }
}

}  // namespace rt3d::pruning

TEST_SUITE_END();
