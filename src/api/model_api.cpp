// rt3d.h, section "models".
#include "api/guard.h"
#include "api/handles.h"
#include "graph/model.h"

using rt3d::Code;
using rt3d::fail;
using rt3d::api::guard;
using rt3d::api::guarded;
using rt3d::api::require;
using rt3d::api::require_size;

namespace {

rt3d_model* make_model(rt3d::graph::Graph graph) {
  auto model = std::make_unique<rt3d_model>();
  model->graph = std::make_shared<const rt3d::graph::Graph>(std::move(graph));
  return model.release();
}

rt3d_tensor_info value_info(const rt3d_model& model, const std::vector<rt3d::graph::ValueId>& ids,
                            int32_t index, const char* what) {
  if (index < 0 || static_cast<std::size_t>(index) >= ids.size())
    fail(Code::invalid_argument, "there is no ", what, " ", index, "; the model has ", ids.size());
  const rt3d::graph::Value& value = model.graph->value(ids[static_cast<std::size_t>(index)]);
  return rt3d::api::tensor_info(value.name, value.desc);
}

}  // namespace

rt3d_status rt3d_model_load(rt3d_model** model, const char* path) {
  return guard([&] {
    require(model, "rt3d_model_load", "model");
    require(path, "rt3d_model_load", "path");
    *model = make_model(rt3d::graph::load_onnx(path));
  });
}

rt3d_status rt3d_model_load_memory(rt3d_model** model, const void* data, size_t bytes) {
  return guard([&] {
    require(model, "rt3d_model_load_memory", "model");
    require(data, "rt3d_model_load_memory", "data");
    *model = make_model(rt3d::graph::parse_onnx({static_cast<const std::byte*>(data), bytes}));
  });
}

void rt3d_model_free(rt3d_model* model) { delete model; }

int32_t rt3d_model_input_count(const rt3d_model* model) {
  return model ? static_cast<int32_t>(model->graph->inputs.size()) : 0;
}

int32_t rt3d_model_output_count(const rt3d_model* model) {
  return model ? static_cast<int32_t>(model->graph->outputs.size()) : 0;
}

rt3d_status rt3d_model_input(rt3d_tensor_info* info, const rt3d_model* model, int32_t index) {
  return guard([&] {
    require(info, "rt3d_model_input", "info");
    require(model, "rt3d_model_input", "model");
    require_size(*info, "rt3d_model_input", "RT3D_TENSOR_INFO_INIT");
    rt3d::api::copy_sized(info, value_info(*model, model->graph->inputs, index, "input"));
  });
}

rt3d_status rt3d_model_output(rt3d_tensor_info* info, const rt3d_model* model, int32_t index) {
  return guard([&] {
    require(info, "rt3d_model_output", "info");
    require(model, "rt3d_model_output", "model");
    require_size(*info, "rt3d_model_output", "RT3D_TENSOR_INFO_INIT");
    rt3d::api::copy_sized(info, value_info(*model, model->graph->outputs, index, "output"));
  });
}

const char* rt3d_model_metadata(const rt3d_model* model, const char* key) {
  if (!model || !key) return nullptr;
  return guarded<const char*>(nullptr, [&]() -> const char* {
    const auto found = model->graph->metadata.find(key);
    return found == model->graph->metadata.end() ? nullptr : found->second.c_str();
  });
}

int64_t rt3d_model_parameters(const rt3d_model* model) {
  return guarded<int64_t>(0, [&] { return model ? rt3d::graph::parameter_count(*model->graph) : 0; });
}

const char* rt3d_model_text(rt3d_model* model) {
  if (!model) return nullptr;
  return guarded<const char*>(nullptr, [&] {
    const std::lock_guard lock(model->text_mutex);
    if (model->text.empty()) model->text = rt3d::graph::to_text(*model->graph);
    return model->text.c_str();
  });
}
