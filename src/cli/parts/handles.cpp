#include "cli/parts/handles.h"

#include "cli/parts/failure.h"

namespace rt3d::cli {
namespace {

template <typename Handle>
using Describe = rt3d_status (*)(rt3d_tensor_info*, const Handle*, std::int32_t);

template <typename Handle>
std::vector<TensorInfo> tensors(const Handle* handle, std::int32_t count, Describe<Handle> describe) {
  std::vector<TensorInfo> result;
  for (std::int32_t i = 0; i < count; ++i) {
    rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
    check(describe(&info, handle, i), join("cannot describe tensor ", i));
    result.push_back({info.name, info.dtype, {info.dims, info.dims + info.rank}});
  }
  return result;
}

std::string or_empty(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

ModelHandle load_model(const std::string& path) {
  rt3d_model* model = nullptr;
  const rt3d_status status = rt3d_model_load(&model, path.c_str());
  // The library's texts about files hold the path.
  if (status != RT3D_OK && std::string(rt3d_last_error()).find(path) != std::string::npos)
    throw Failure(rt3d_last_error());
  check(status, "cannot load " + path);
  return ModelHandle(model);
}

std::vector<TensorInfo> inputs_of(const rt3d_model* model) {
  return tensors<rt3d_model>(model, rt3d_model_input_count(model), rt3d_model_input);
}
std::vector<TensorInfo> outputs_of(const rt3d_model* model) {
  return tensors<rt3d_model>(model, rt3d_model_output_count(model), rt3d_model_output);
}
std::vector<TensorInfo> inputs_of(const rt3d_session* session) {
  return tensors<rt3d_session>(session, rt3d_session_input_count(session), rt3d_session_input_info);
}
std::vector<TensorInfo> outputs_of(const rt3d_session* session) {
  return tensors<rt3d_session>(session, rt3d_session_output_count(session), rt3d_session_output_info);
}

rt3d_session_stats stats_of(const rt3d_session* session) {
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  check(rt3d_session_get_stats(&stats, session), "cannot read the session's statistics");
  return stats;
}

std::vector<Step> steps_of(const rt3d_session* session) {
  std::vector<Step> steps;
  for (std::int32_t i = 0; i < rt3d_session_step_count(session); ++i) {
    rt3d_step_info info = RT3D_STEP_INFO_INIT;
    check(rt3d_session_step(&info, session, i), join("cannot describe step ", i));
    steps.push_back({or_empty(info.name), or_empty(info.problem), or_empty(info.family),
                     or_empty(info.schedule), or_empty(info.source), info.macs, info.useful_macs,
                     info.executed_macs, info.last_ns, or_empty(info.sparsity), or_empty(info.sparsity_note),
                     info.zero_share, info.unpruned_macs, info.kept_macs, info.sparse_code != 0,
                     info.last_gap_ns, info.device_gflops});
  }
  return steps;
}

std::vector<Prospect> prospects_of(rt3d_session* session) {
  std::int32_t count = 0;
  check(rt3d_session_find_prospects(&count, session), "cannot tell what is known of the layers");
  std::vector<Prospect> all;
  for (std::int32_t i = 0; i < count; ++i) {
    rt3d_prospect p = RT3D_PROSPECT_INIT;
    check(rt3d_session_prospect(&p, session, i), join("cannot tell what is known of problem ", i));
    all.push_back({p.problem, p.source, p.family, p.schedule, p.uses, p.time_ns, p.rigor, p.row_device,
                   p.row_problem, p.row_threads, p.estimated_ns, p.first_choice_ns, p.quick_candidates,
                   p.full_candidates, p.quick_ns, p.full_ns});
  }
  return all;
}

DbHandle open_db(const std::string& path, bool writable) {
  rt3d_db* db = nullptr;
  if (rt3d_db_open(&db, path.empty() ? nullptr : path.c_str(), writable) != RT3D_OK)
    throw Failure(rt3d_last_error());  // which names the file
  return DbHandle(db);
}

}  // namespace rt3d::cli
