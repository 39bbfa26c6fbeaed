// Models whose files bring weights pruned in Winograd's transform domain, from the file through a session; and files in which that
// is damaged: they compute with the spatial weights, and a warning names what was wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>

#include "base/log.h"
#include "graph/model.h"
#include "graph/transformed_weights.h"
#include "models/models.h"
#include "pruning/pruning.h"
#include "runtime/planned_graph.h"
#include "runtime/session.h"
#include "scratch_folder.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

graph::Graph pruned_c3d() {
  graph::Graph graph = models::build({.name = "c3d", .classes = 7, .size = 32, .width = 0.125});
  pruning::prune(graph, pruning::parse_request("winograd:8x4:3"), 1);
  return graph;
}

struct Ran {
  std::vector<float> output;
  std::vector<std::string> warnings;
  int transformed = 0;  // steps that multiply with the file's transformed weights
};

Ran run(const graph::Graph& model, const char* device, kernels::Accuracy accuracy, int threads = 2) {
  Ran ran;
  set_log_sink([&](LogLevel, const std::string& text) { ran.warnings.push_back(text); }, LogLevel::warning);
  SessionOptions options;
  options.device = device;
  options.threads = threads;
  options.accuracy = accuracy;
  options.tuning.mode = tuner::Mode::off;
  Session session(model, options);
  set_log_sink({}, LogLevel::off);
  session.set_input(0, test::random_tensor(session.inputs()[0].desc, 5).bytes());
  session.run();
  for (const StepReport& step : session.steps())
    ran.transformed += step.problem.find("winograd=") != std::string::npos;
  ran.output.resize(static_cast<std::size_t>(session.outputs()[0].desc.shape.elements()));
  std::memcpy(ran.output.data(), session.output(0), ran.output.size() * sizeof(float));
  return ran;
}

double range_of(const std::vector<float>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return static_cast<double>(*most) - static_cast<double>(*least);
}

// Of the outputs' range.
double difference(const Ran& a, const Ran& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.output.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(a.output[i]) - static_cast<double>(b.output[i])));
  return most / range_of(b.output);
}

std::vector<std::string> lines_of(const graph::Graph& model) {
  std::vector<std::string> lines;
  std::istringstream text(graph::transformed_weights_text(model));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

graph::Value& annotated(graph::Graph& model) {
  for (const graph::Node& node : model.nodes)
    if (node.op == "Conv" && model.value(node.inputs[1]).transformed) return model.value(node.inputs[1]);
  FAIL("no weights have transformed ones");
  return model.value(0);
}

// The file of a model with `from` replaced wherever it stands by `to`, as long; and loaded.
Ran run_damaged(const graph::Graph& model, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  const tests::ScratchFolder folder;
  const auto path = folder.path() / "model.onnx";
  graph::save_onnx(model, path);
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  for (; at != std::string::npos; at = bytes.find(from, at + to.size())) bytes.replace(at, to.size(), to);
  std::ofstream(path, std::ios::binary) << bytes;
  std::vector<std::string> warnings;
  set_log_sink([&](LogLevel, const std::string& text) { warnings.push_back(text); }, LogLevel::warning);
  const graph::Graph loaded = graph::load_onnx(path);
  set_log_sink({}, LogLevel::off);
  Ran ran = run(loaded, "cpu", kernels::Accuracy::standard);
  ran.warnings.insert(ran.warnings.begin(), warnings.begin(), warnings.end());
  return ran;
}

}  // namespace

TEST_CASE(
    "a session multiplies with a file's transformed weights, as the reference does, and exact ones do not") {
  const tests::ScratchFolder folder;
  graph::save_onnx(pruned_c3d(), folder.path() / "model.onnx");
  const graph::Graph model = graph::load_onnx(folder.path() / "model.onnx");
  const int layers = static_cast<int>(lines_of(model).size());
  REQUIRE(layers >= 4);
  const Ran reference = run(model, "reference", kernels::Accuracy::standard);
  CHECK(reference.transformed == layers);
  for (const int threads : {1, 3}) {
    const Ran fast = run(model, "cpu", kernels::Accuracy::standard, threads);
    CHECK(fast.transformed == layers);
    CHECK(fast.warnings.empty());
    CHECK(difference(fast, reference) < 2e-5);
  }
  graph::Graph spatial = model;
  graph::drop_transformed_weights(spatial);
  const Ran without = run(spatial, "reference", kernels::Accuracy::exact);
  const Ran exact = run(model, "cpu", kernels::Accuracy::exact);
  CHECK(exact.transformed == 0);
  CHECK(difference(exact, without) < 1e-5);
  CHECK(difference(reference, without) > 1e-2);  // what was pruned makes a difference
}

TEST_CASE(
    "a line of the file that does not fit is ignored with a warning, and its layer computed with spatial "
    "weights") {
  graph::Graph model = pruned_c3d();
  const std::vector<std::string> lines = lines_of(model);
  for (const graph::Node& node : model.nodes)  // one line is enough
    if (node.op == "Conv" && model.value(node.inputs[1]).name != lines[0].substr(0, lines[0].find('\t')))
      model.value(node.inputs[1]).transformed = nullptr;
  REQUIRE(lines_of(model) == std::vector<std::string>{lines[0]});
  graph::Graph spatial = model;
  graph::drop_transformed_weights(spatial);
  const Ran without = run(spatial, "reference", kernels::Accuracy::standard);
  const std::size_t second = lines[0].find('\t') + 1, third = lines[0].rfind('\t') + 1;
  const std::string tile = lines[0].substr(third);
  std::string unknown = lines[0], other = lines[0], missing = lines[0], weights = lines[0], fields = lines[0];
  unknown.replace(third, 4, "t9s9");
  other.replace(third, 4, tile == "t4s4" ? "t2s4" : "t4s4");  // then the shape is wrong
  missing[second] = '?';
  weights[0] = '?';
  fields[second - 1] = ' ';
  for (const std::string& line : {unknown, other, missing, weights, fields}) {
    CAPTURE(line);
    const Ran ran = run_damaged(model, lines[0], line);
    REQUIRE(ran.warnings.size() == 1);
    CHECK(ran.warnings[0].find(line) != std::string::npos);
    CHECK(ran.transformed == 0);
    CHECK(difference(ran, without) < 2e-5);
  }
  CHECK(run_damaged(model, lines[0], lines[0]).transformed == 1);
}

TEST_CASE(
    "transformed weights that are not those of the spatial ones, or not finite, are ignored with a warning") {
  graph::Graph spatial = pruned_c3d();
  const int layers = static_cast<int>(lines_of(spatial).size());
  graph::drop_transformed_weights(spatial);
  const auto replaced = [&](auto&& change) {
    graph::Graph model = pruned_c3d();
    graph::Value& weights = annotated(model);
    graph::TransformedWeights mine = *weights.transformed;
    mine.values = mine.values.aligned_copy();
    change(mine.values);
    weights.transformed = std::make_shared<const graph::TransformedWeights>(mine);
    const Ran ran = run(model, "cpu", kernels::Accuracy::standard);
    for (const std::string& warning : ran.warnings)
      CHECK(warning.find("'" + mine.name + "'") != std::string::npos);
    CHECK(std::all_of(ran.output.begin(), ran.output.end(), [](float y) { return std::isfinite(y); }));
    CHECK(ran.transformed == layers - static_cast<int>(ran.warnings.size()));
    return ran.warnings.size();
  };
  CHECK(replaced([](Tensor& u) { u = test::random_tensor(u.desc(), 9); }) == 1);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    CHECK(replaced([&](Tensor& u) {
            std::fill_n(u.mutable_values<float>().begin(), u.elements() / 2, bad);
          }) == 1);
  CHECK(replaced([](Tensor& u) {
          for (float& value : u.mutable_values<float>()) value = -value;
        }) == 1);
  // Trained once more: half of every weight is new.
  CHECK(replaced([](Tensor& u) {
          Random random(3);
          double sum = 0;
          for (const float value : u.values<float>())
            sum += static_cast<double>(value) * static_cast<double>(value);
          const auto size = static_cast<float>(std::sqrt(sum / static_cast<double>(u.elements())));
          for (float& value : u.mutable_values<float>())
            if (value != 0) value += size * random.uniform(-1, 1);
        }) == 0);
  CHECK(replaced([](Tensor& u) { std::fill_n(u.mutable_values<float>().begin(), u.elements(), 0.0f); }) == 0);
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
