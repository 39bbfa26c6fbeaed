#include "runtime/fixture_models.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>

#include "base/random.h"
#include "graph/model.h"
#include "runtime/running/onnx_compute.h"
#include "test_data.h"

namespace rt3d::tests {

namespace fs = std::filesystem;

namespace {

// The f32 elements of a .npy file (version 1, row-major), and its shape.
std::vector<float> read_floats(const fs::path& path, Shape& shape) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(bytes.size() > 10);
  const std::size_t header =
      static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  const std::string text = bytes.substr(10, header);
  REQUIRE(text.find("'<f4'") != std::string::npos);
  REQUIRE(text.find("'fortran_order': False") != std::string::npos);
  std::smatch found;
  REQUIRE(std::regex_search(text, found, std::regex("'shape': \\(([0-9, ]*)\\)")));
  std::vector<std::int64_t> dims;
  const std::string list = found[1];
  const std::regex number("[0-9]+");
  for (std::sregex_iterator it(list.begin(), list.end(), number), end; it != end; ++it)
    dims.push_back(std::stoll(it->str()));
  shape = Shape(dims);
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  REQUIRE(bytes.size() == 10 + header + values.size() * sizeof(float));
  std::copy_n(bytes.data() + 10 + header, values.size() * sizeof(float),
              reinterpret_cast<char*>(values.data()));
  return values;
}

}  // namespace

std::vector<fs::path> fixture_models() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(test_data("fixtures")))
    if (fs::exists(entry.path() / "model.onnx")) folders.push_back(entry.path());
  std::ranges::sort(folders);
  constexpr std::size_t kThereWere = 29;
  REQUIRE(folders.size() >= kThereWere);
  return folders;
}

graph::Graph optimized_model(const fs::path& folder) {
  graph::Graph graph = graph::load_onnx(folder / "model.onnx");
  std::map<std::string, Shape> shapes;
  for (const graph::ValueId id : graph.inputs) {
    Shape shape = graph.value(id).desc.shape;
    for (int axis = 0; axis < shape.rank(); ++axis)
      if (shape[axis] < 0) shape[axis] = 2;
    shapes[graph.value(id).name] = shape;
  }
  const graph::Evaluator evaluate = runtime::reference_evaluator();
  graph.number_nodes();
  graph::specialize(graph, shapes, evaluate);
  graph::optimize(graph, evaluate);
  return graph;
}

std::vector<Tensor> uniform_inputs(const graph::Graph& graph) {
  std::vector<Tensor> inputs;
  Random random(15);
  for (const graph::ValueId id : graph.inputs) {
    Tensor& t = inputs.emplace_back(Tensor::allocate(graph.value(id).desc));
    REQUIRE(t.dtype() == DType::f32);
    for (float& v : t.mutable_values<float>()) v = random.uniform(-1, 1);
  }
  return inputs;
}

double worst_error(const fs::path& folder, const graph::Graph& model, runtime::SessionOptions options,
                   std::vector<runtime::StepReport>* steps) {
  std::vector<std::vector<float>> inputs;
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    Shape shape;
    inputs.push_back(read_floats(folder / ("input_" + std::to_string(i) + ".npy"), shape));
    options.input_shapes[model.value(model.inputs[i]).name] = shape;
  }
  options.tuning.mode = tuner::Mode::off;
  runtime::Session session(model, options);
  for (std::size_t i = 0; i < inputs.size(); ++i) session.set_input(i, std::as_bytes(std::span(inputs[i])));
  session.run();
  double worst = 0;
  for (std::size_t i = 0; i < session.outputs().size(); ++i) {
    Shape shape;
    const std::vector<float> expected = read_floats(folder / ("output_" + std::to_string(i) + ".npy"), shape);
    REQUIRE(session.outputs()[i].desc.shape == shape);
    const auto* got = reinterpret_cast<const float*>(session.output(i));
    double largest = 1e-30, difference = 0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      largest = std::max(largest, std::fabs(static_cast<double>(expected[k])));
      const double d = std::fabs(static_cast<double>(got[k]) - static_cast<double>(expected[k]));
      difference = std::max(difference, std::isnan(d) ? 1e30 : d);
    }
    worst = std::max(worst, difference / largest);
  }
  if (steps != nullptr) *steps = session.steps();
  return worst;
}

}  // namespace rt3d::tests
