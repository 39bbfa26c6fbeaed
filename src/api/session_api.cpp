// rt3d.h, section "sessions".
#include <chrono>
#include <cstddef>

#include "api/guard.h"
#include "api/handles.h"
#include "api/runtime_options.h"

using rt3d::Code;
using rt3d::fail;
using rt3d::api::guard;
using rt3d::api::guarded;
using rt3d::api::require;
using rt3d::api::require_size;

namespace {

rt3d_tensor_info port_info(const std::vector<rt3d::runtime::NamedDesc>& ports, int32_t index,
                           const char* what) {
  if (index < 0 || static_cast<std::size_t>(index) >= ports.size())
    fail(Code::invalid_argument, "there is no ", what, " ", index, "; the session has ", ports.size());
  const rt3d::runtime::NamedDesc& port = ports[static_cast<std::size_t>(index)];
  return rt3d::api::tensor_info(port.name, port.desc);
}

// A session for the length of one call. A second call beside it is refused: waiting could be for ever, and what it would read or
// write is the first one's.
class SessionUse {
 public:
  SessionUse(const rt3d_session& session, const char* function) : session_(session) {
    if (session.in_use.exchange(true, std::memory_order_acquire))
      fail(Code::busy, function,
           ": the session is busy in another thread; one session serves one thread at a time, several "
           "sessions of a "
           "model run side by side");
  }
  ~SessionUse() { session_.in_use.store(false, std::memory_order_release); }
  SessionUse(const SessionUse&) = delete;
  SessionUse& operator=(const SessionUse&) = delete;

 private:
  const rt3d_session& session_;
};

constexpr char kLessMemory[] =
    "smaller input shapes (a smaller batch), a lower weight_limit_bytes and fewer threads need less";

std::unique_ptr<rt3d_session> make_session(const rt3d_model& model, const rt3d_session_options* options) {
  try {
    auto made = std::make_unique<rt3d_session>();
    made->session.emplace(*model.graph, rt3d::api::runtime_options(options));
    return made;
  } catch (const std::bad_alloc& error) {
    fail(Code::out_of_memory, "the session needs more memory than there is (", error.what(), "); ",
         kLessMemory);
  }
}

const char* text_of(rt3d_session* session, const char* function,
                    const std::string& (rt3d::runtime::Session::*text)() const) {
  if (!session) return nullptr;
  return guarded<const char*>(nullptr, [&] {
    const SessionUse use(*session, function);
    return ((*session->session).*text)().c_str();
  });
}

}  // namespace

rt3d_status rt3d_session_create(rt3d_session** session, rt3d_model* model,
                                const rt3d_session_options* options) {
  return guard([&] {
    require(session, "rt3d_session_create", "session");
    require(model, "rt3d_session_create", "model");
    *session = make_session(*model, options).release();
  });
}

void rt3d_session_free(rt3d_session* session) { delete session; }

const char* rt3d_session_device_text(const rt3d_session* session) {
  return session ? session->session->device_text().c_str() : nullptr;
}

int32_t rt3d_session_input_count(const rt3d_session* session) {
  return session ? static_cast<int32_t>(session->session->inputs().size()) : 0;
}

int32_t rt3d_session_output_count(const rt3d_session* session) {
  return session ? static_cast<int32_t>(session->session->outputs().size()) : 0;
}

rt3d_status rt3d_session_input_info(rt3d_tensor_info* info, const rt3d_session* session, int32_t index) {
  return guard([&] {
    require(info, "rt3d_session_input_info", "info");
    require(session, "rt3d_session_input_info", "session");
    require_size(*info, "rt3d_session_input_info", "RT3D_TENSOR_INFO_INIT");
    rt3d::api::copy_sized(info, port_info(session->session->inputs(), index, "input"));
  });
}

rt3d_status rt3d_session_output_info(rt3d_tensor_info* info, const rt3d_session* session, int32_t index) {
  return guard([&] {
    require(info, "rt3d_session_output_info", "info");
    require(session, "rt3d_session_output_info", "session");
    require_size(*info, "rt3d_session_output_info", "RT3D_TENSOR_INFO_INIT");
    rt3d::api::copy_sized(info, port_info(session->session->outputs(), index, "output"));
  });
}

rt3d_status rt3d_session_reshape(rt3d_session* session, const rt3d_tensor_info* shapes, int32_t count) {
  return guard([&] {
    require(session, "rt3d_session_reshape", "session");
    const SessionUse use(*session, "rt3d_session_reshape");
    try {
      session->session->reshape(rt3d::api::input_shapes("shapes", shapes, count));
    } catch (const std::bad_alloc& error) {
      fail(Code::out_of_memory, "the new shapes need more memory than there is (", error.what(), "); ",
           kLessMemory);
    }
  });
}

rt3d_status rt3d_session_set_input(rt3d_session* session, int32_t index, const void* data, size_t bytes) {
  return guard([&] {
    require(session, "rt3d_session_set_input", "session");
    require(data || bytes == 0, "rt3d_session_set_input", "data");
    if (index < 0) fail(Code::invalid_argument, "there is no input ", index);
    const SessionUse use(*session, "rt3d_session_set_input");
    session->session->set_input(static_cast<std::size_t>(index),
                                {static_cast<const std::byte*>(data), bytes});
  });
}

rt3d_status rt3d_session_run(rt3d_session* session) {
  return guard([&] {
    require(session, "rt3d_session_run", "session");
    const SessionUse use(*session, "rt3d_session_run");
    session->session->run();
  });
}

rt3d_status rt3d_session_start(rt3d_session* session) {
  return guard([&] {
    require(session, "rt3d_session_start", "session");
    const SessionUse use(*session, "rt3d_session_start");
    session->session->start();
  });
}

rt3d_status rt3d_session_wait(rt3d_session* session) {
  return guard([&] {
    require(session, "rt3d_session_wait", "session");
    const SessionUse use(*session, "rt3d_session_wait");
    session->session->wait();
  });
}

rt3d_status rt3d_session_tune(rt3d_session* session, int64_t budget_ns) {
  return guard([&] {
    require(session, "rt3d_session_tune", "session");
    if (budget_ns < 0) fail(Code::invalid_argument, "the time to tune for is ", budget_ns, " ns");
    const SessionUse use(*session, "rt3d_session_tune");
    session->session->tune(std::chrono::nanoseconds(budget_ns));
  });
}

rt3d_status rt3d_session_get_tuning(rt3d_tuning_state* state, const rt3d_session* session) {
  return guard([&] {
    require(state, "rt3d_session_get_tuning", "state");
    require(session, "rt3d_session_get_tuning", "session");
    require_size(*state, "rt3d_session_get_tuning", "RT3D_TUNING_STATE_INIT");
    const SessionUse use(*session, "rt3d_session_get_tuning");
    rt3d::runtime::LaterTuningState now = session->session->tuning_state();
    session->tuning_error = now.error;
    rt3d_tuning_state out = rt3d::api::tuning_state(now);
    out.error = session->tuning_error.c_str();
    rt3d::api::copy_sized(state, out);
  });
}

rt3d_status rt3d_session_find_prospects(int32_t* count, rt3d_session* session) {
  return guard([&] {
    require(count, "rt3d_session_find_prospects", "count");
    require(session, "rt3d_session_find_prospects", "session");
    const SessionUse use(*session, "rt3d_session_find_prospects");
    session->prospects = session->session->prospects();
    *count = static_cast<int32_t>(session->prospects.size());
  });
}

rt3d_status rt3d_session_prospect(rt3d_prospect* prospect, const rt3d_session* session, int32_t index) {
  return guard([&] {
    require(prospect, "rt3d_session_prospect", "prospect");
    require(session, "rt3d_session_prospect", "session");
    require_size(*prospect, "rt3d_session_prospect", "RT3D_PROSPECT_INIT");
    const SessionUse use(*session, "rt3d_session_prospect");
    if (index < 0 || static_cast<std::size_t>(index) >= session->prospects.size())
      fail(Code::invalid_argument, "there is no prospect ", index, "; ", session->prospects.size(),
           " were found");
    const rt3d::runtime::LayerProspect& p = session->prospects[static_cast<std::size_t>(index)];
    rt3d::api::copy_sized(prospect, rt3d_prospect{.size = sizeof(rt3d_prospect),
                                                  .problem = p.problem.c_str(),
                                                  .uses = p.uses,
                                                  .source = rt3d::runtime::source_name(p.source).data(),
                                                  .family = p.family.c_str(),
                                                  .schedule = p.schedule.c_str(),
                                                  .time_ns = p.time_ns,
                                                  .rigor = p.rigor,
                                                  .row_device = p.device.c_str(),
                                                  .row_threads = p.threads,
                                                  .row_problem = p.row_problem.c_str(),
                                                  .estimated_ns = p.estimated_ns,
                                                  .first_choice_ns = p.first_choice_ns,
                                                  .quick_candidates = p.quick_candidates,
                                                  .full_candidates = p.full_candidates,
                                                  .quick_ns = p.quick_ns,
                                                  .full_ns = p.full_ns});
  });
}

rt3d_status rt3d_session_set_tuning_allowed(rt3d_session* session, int32_t allowed) {
  return guard([&] {
    require(session, "rt3d_session_set_tuning_allowed", "session");
    session->session->allow_tuning(allowed != 0);
  });
}

const void* rt3d_session_output(const rt3d_session* session, int32_t index) {
  return session && index >= 0 ? session->session->output(static_cast<std::size_t>(index)) : nullptr;
}

rt3d_status rt3d_session_get_stats(rt3d_session_stats* stats, const rt3d_session* session) {
  return guard([&] {
    require(stats, "rt3d_session_get_stats", "stats");
    require(session, "rt3d_session_get_stats", "session");
    require_size(*stats, "rt3d_session_get_stats", "RT3D_SESSION_STATS_INIT");
    const SessionUse use(*session, "rt3d_session_get_stats");
    const rt3d::runtime::SessionStats& s = session->session->stats_by_now();
    const bool counted = stats->size > offsetof(rt3d_session_stats, nonfinite_outputs);
    const rt3d_session_stats out{.size = sizeof(rt3d_session_stats),
                                 .create_ns = s.create_ns,
                                 .optimize_ns = s.optimize_ns,
                                 .tune_ns = s.tune_ns,
                                 .prepare_ns = s.prepare_ns,
                                 .problems = s.problems,
                                 .from_database = s.from_database,
                                 .tuned = s.tuned,
                                 .estimated = s.estimated,
                                 .measurements = s.measurements,
                                 .macs = s.macs,
                                 .arena_bytes = s.arena_bytes,
                                 .tensor_bytes = s.tensor_bytes,
                                 .packed_weight_bytes = s.packed_weight_bytes,
                                 .model_weight_bytes = s.model_weight_bytes,
                                 .code_bytes = s.code_bytes,
                                 .detect_ns = s.detect_ns,
                                 .unpruned_macs = s.unpruned_macs,
                                 .kept_macs = s.kept_macs,
                                 .nonfinite_outputs = counted ? session->session->nonfinite_outputs() : 0,
                                 .rows_not_stored = s.rows_not_stored,
                                 .database_note = s.database_note.c_str(),
                                 .fallback_bytes = s.fallback_bytes,
                                 .device_arena_bytes = s.device_arena_bytes,
                                 .device_weight_bytes = s.device_weight_bytes,
                                 .predicted_ns = s.predicted_ns};
    rt3d::api::copy_sized(stats, out);
  });
}

int32_t rt3d_session_step_count(const rt3d_session* session) {
  return session ? static_cast<int32_t>(session->session->steps().size()) : 0;
}

rt3d_status rt3d_session_step(rt3d_step_info* info, const rt3d_session* session, int32_t index) {
  return guard([&] {
    require(info, "rt3d_session_step", "info");
    require(session, "rt3d_session_step", "session");
    require_size(*info, "rt3d_session_step", "RT3D_STEP_INFO_INIT");
    const SessionUse use(*session, "rt3d_session_step");
    const std::vector<rt3d::runtime::StepReport>& steps = session->session->steps();
    if (index < 0 || static_cast<std::size_t>(index) >= steps.size())
      fail(Code::invalid_argument, "there is no step ", index, "; the plan has ", steps.size());
    const rt3d::runtime::StepReport& step = steps[static_cast<std::size_t>(index)];
    const rt3d_step_info out{.size = sizeof(rt3d_step_info),
                             .name = step.name.c_str(),
                             .problem = step.problem.c_str(),
                             .family = step.family.c_str(),
                             .schedule = step.schedule.c_str(),
                             .source = step.source.c_str(),
                             .macs = step.macs,
                             .last_ns = session->session->step_ns(static_cast<std::size_t>(index)),
                             .useful_macs = step.useful_macs,
                             .executed_macs = step.executed_macs,
                             .sparsity = step.sparsity.c_str(),
                             .zero_share = step.zeros,
                             .unpruned_macs = step.unpruned_macs,
                             .kept_macs = step.kept_macs,
                             .sparsity_note = step.note.c_str(),
                             .sparse_code = step.sparse_code ? 1 : 0,
                             .last_gap_ns = session->session->step_gap_ns(static_cast<std::size_t>(index)),
                             .device_gflops = step.device_gflops};
    rt3d::api::copy_sized(info, out);
  });
}

const char* rt3d_session_plan_text(rt3d_session* session) {
  return text_of(session, "rt3d_session_plan_text", &rt3d::runtime::Session::plan_text);
}

const char* rt3d_session_graph_text(rt3d_session* session) {
  return text_of(session, "rt3d_session_graph_text", &rt3d::runtime::Session::graph_text);
}
