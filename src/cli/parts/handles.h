// The C API's handles as owners, and its tensor descriptions as values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

struct FreeHandle {
  void operator()(rt3d_model* model) const { rt3d_model_free(model); }
  void operator()(rt3d_session* session) const { rt3d_session_free(session); }
  void operator()(rt3d_db* db) const { rt3d_db_free(db); }
};
using ModelHandle = std::unique_ptr<rt3d_model, FreeHandle>;
using SessionHandle = std::unique_ptr<rt3d_session, FreeHandle>;
using DbHandle = std::unique_ptr<rt3d_db, FreeHandle>;

struct TensorInfo {
  std::string name;
  rt3d_dtype dtype = RT3D_F32;
  std::vector<std::int64_t> dims;  // -1: given at session creation
};

ModelHandle load_model(const std::string& path);
std::vector<TensorInfo> inputs_of(const rt3d_model* model);
std::vector<TensorInfo> outputs_of(const rt3d_model* model);
std::vector<TensorInfo> inputs_of(const rt3d_session* session);
std::vector<TensorInfo> outputs_of(const rt3d_session* session);
rt3d_session_stats stats_of(const rt3d_session* session);

// One step of the plan, copied.
struct Step {
  std::string name, problem, family, schedule, source;
  std::int64_t macs = 0, useful_macs = 0, executed_macs = 0;
  std::int64_t last_ns = 0;
  std::string sparsity, sparsity_note;
  double zero_share = 0;
  std::int64_t unpruned_macs = 0, kept_macs = 0;
  bool sparse_code = false;
  std::int64_t last_gap_ns = 0;
  double device_gflops = 0;  // 0: of this CPU
};
std::vector<Step> steps_of(const rt3d_session* session);

// What is known of a layer, and what tuning would still bring, copied (rt3d_prospect).
struct Prospect {
  std::string problem, source, family, schedule;
  int uses = 1;
  double time_ns = 0;
  int rigor = 0;
  std::string row_device, row_problem;
  int row_threads = 0;
  double estimated_ns = 0, first_choice_ns = 0;
  int quick_candidates = 0, full_candidates = 0;
  double quick_ns = 0, full_ns = 0;
};
std::vector<Prospect> prospects_of(rt3d_session* session);  // of one that may be tuned later

DbHandle open_db(const std::string& path, bool writable);  // "": the user's default file

}  // namespace rt3d::cli
