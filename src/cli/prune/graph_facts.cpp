#include "cli/prune/graph_facts.h"

namespace rt3d::cli {

std::vector<TensorInfo> graph_inputs(const graph::Graph& model) {
  std::vector<TensorInfo> inputs;
  for (const graph::ValueId id : model.inputs) {
    const graph::Value& value = model.value(id);
    inputs.push_back(
        {value.name, value.desc.dtype == DType::f32 ? RT3D_F32 : RT3D_I64, value.desc.shape.dims()});
  }
  return inputs;
}

Metadata metadata_of(const graph::Graph& model) {
  return [&model](const char* key) -> const char* {
    const auto found = model.metadata.find(key);
    return found == model.metadata.end() ? nullptr : found->second.c_str();
  };
}

}  // namespace rt3d::cli
