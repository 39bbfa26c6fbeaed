#include "runtime/fixture_models.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "base/random.h"
#include "graph/model.h"
#include "runtime/running/onnx_compute.h"
#include "test_data.h"

namespace rt3d::tests {

namespace fs = std::filesystem;

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

}  // namespace rt3d::tests
