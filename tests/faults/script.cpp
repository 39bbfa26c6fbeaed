#include "script.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace rt3d::faults {
namespace {

char own_step[kStepBytes];
char* step = own_step;

void begin(const char* name) { std::snprintf(step, kStepBytes, "%s", name); }

void require(bool fine, const std::string& what) {
  if (fine) return;
  std::fprintf(stderr, "faults: cannot prepare: %s: %s\n", what.c_str(), rt3d_last_error());
  std::exit(2);
}

std::size_t bytes_of(const rt3d_tensor_info& info) {
  constexpr std::size_t kBytes[] = {4, 8, 2, 8, 4, 1, 1, 1};  // by rt3d_dtype
  std::size_t bytes = kBytes[info.dtype];
  for (int i = 0; i < info.rank; ++i) bytes *= static_cast<std::size_t>(info.dims[i]);
  return bytes;
}

// Small whole numbers of the input's type.
std::vector<char> numbers(const rt3d_tensor_info& info) {
  std::vector<char> bytes(bytes_of(info));
  if (info.dtype != RT3D_F32) return bytes;
  for (std::size_t i = 0; i < bytes.size() / 4; ++i) {
    const auto value = static_cast<float>(static_cast<int>(i * 7 % 13) - 6);
    std::memcpy(bytes.data() + 4 * i, &value, 4);
  }
  return bytes;
}

}  // namespace

Fixture Fixture::load(const std::string& name) {
  Fixture fixture{name, std::string(RT3D_FIXTURES) + "/" + name + "/model.onnx", {}, {}, {}};
  rt3d_model* model = nullptr;
  require(rt3d_model_load(&model, fixture.path.c_str()) == RT3D_OK, fixture.path);
  const int count = rt3d_model_input_count(model);
  fixture.input_names.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
    require(rt3d_model_input(&info, model, i) == RT3D_OK, "an input");
    std::string& kept = fixture.input_names[static_cast<std::size_t>(i)];
    kept = info.name;
    bool is_free = false;
    for (int d = 0; d < info.rank; ++d) {
      is_free = is_free || info.dims[d] < 0;
      if (info.dims[d] < 0) info.dims[d] = 2;
    }
    info.name = kept.c_str();
    if (is_free) fixture.shapes.push_back(info);
    fixture.inputs.push_back(numbers(info));
  }
  rt3d_model_free(model);
  return fixture;
}

const char* work_name(Work work) {
  constexpr const char* kNames[] = {"untuned", "tuned", "remembered", "database"};
  return kNames[static_cast<int>(work)];
}

Script::Script(const Case& what, const std::string& folder)
    : case_(what), tuned_(folder + "/tuned.db"), other_(folder + "/other.db"), new_(folder + "/new.db") {}

void write_steps_to(char* text) { step = text; }

void Script::complain(const std::string& what) {
  const OwnWork kept;
  if (!wrong_.empty()) wrong_ += "; ";
  wrong_ += std::string(step) + ": " + what;
}

// A call that fails must say so by the status that stands for the refusal, and by a text.
template <typename Call>
bool Script::call(const char* name, Call&& make) {
  begin(name);
  rt3d_status status = make();
  if (status == RT3D_OK) return true;
  ++refusals_;
  refused_ = name;
  const bool explained = rt3d_last_error()[0] != '\0';
  const bool caused = struck();
  disarm();
  const bool fitting =
      status == RT3D_OUT_OF_MEMORY || (case_.resource == Resource::code && status == RT3D_DEVICE);
  if (!caused || !fitting || !explained)
    complain(std::string(rt3d_status_name(status)) + " (" + rt3d_last_error() + ")");
  status = make();
  if (status == RT3D_OK) return true;
  complain(std::string("again: ") + rt3d_status_name(status) + " (" + rt3d_last_error() + ")");
  return false;
}

template <typename Text>
void Script::text(const char* name, Text&& make) {
  call(name, [&] { return make() != nullptr ? RT3D_OK : RT3D_OUT_OF_MEMORY; });
}

rt3d_session_options Script::options() const {
  rt3d_session_options o = RT3D_SESSION_OPTIONS_INIT;
  o.threads = case_.threads;
  o.tuning = case_.work == Work::tuned ? RT3D_TUNE_QUICK : RT3D_TUNE_OFF;
  o.tuning_limit_ms = 20;
  o.database = case_.work == Work::tuned        ? new_.c_str()
               : case_.work == Work::remembered ? tuned_.c_str()
                                                : "";
  o.input_shape_count = static_cast<std::int32_t>(case_.fixture->shapes.size());
  o.input_shapes = case_.fixture->shapes.data();
  return o;
}

void Script::fresh(const std::string& file) const {
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"}) std::remove((file + suffix).c_str());
}

void Script::clean() const { fresh(new_); }

void Script::prepare() {
  if (case_.work != Work::remembered && case_.work != Work::database) return;
  rt3d_model* model = nullptr;
  rt3d_session* session = nullptr;
  rt3d_session_options o = options();
  o.tuning = RT3D_TUNE_QUICK;
  o.tuning_limit_ms = 300;
  o.database = tuned_.c_str();
  require(rt3d_model_load(&model, case_.fixture->path.c_str()) == RT3D_OK, case_.fixture->path);
  require(rt3d_session_create(&session, model, &o) == RT3D_OK, "a tuned session");
  rt3d_session_free(session);
  rt3d_model_free(model);
  rt3d_db *db = nullptr, *other = nullptr;
  require(rt3d_db_open(&db, tuned_.c_str(), 1) == RT3D_OK, tuned_);
  rows_ = rt3d_db_export(db);
  require(rt3d_db_open(&other, other_.c_str(), 1) == RT3D_OK, other_);
  require(rt3d_db_import(nullptr, other, rows_.c_str()) == RT3D_OK, "rows");
  rt3d_db_free(other);
  rt3d_db_free(db);
}

void Script::run() {
  refusals_ = 0;
  refused_ = "";
  case_.work == Work::database ? database() : session();
  begin("");
}

void Script::session() {
  rt3d_model* model = nullptr;
  rt3d_session* session = nullptr;
  const rt3d_session_options o = options();
  if (call("rt3d_model_load", [&] { return rt3d_model_load(&model, case_.fixture->path.c_str()); })) {
    text("rt3d_model_text", [&] { return rt3d_model_text(model); });
    call("rt3d_model_parameters",
         [&] { return rt3d_model_parameters(model) >= 0 ? RT3D_OK : RT3D_INTERNAL; });
    if (call("rt3d_session_create", [&] {
          const rt3d_status status = rt3d_session_create(&session, model, &o);
          if (status != RT3D_OK && session) complain("a failed call wrote its result");
          return status;
        }))
      use(session);
  }
  begin("rt3d_session_free");
  rt3d_session_free(session);
  begin("rt3d_model_free");
  rt3d_model_free(model);
}

void Script::use(rt3d_session* session) {
  const Fixture& f = *case_.fixture;
  for (std::size_t i = 0; i < f.inputs.size(); ++i)
    call("rt3d_session_set_input", [&] {
      return rt3d_session_set_input(session, static_cast<int>(i), f.inputs[i].data(), f.inputs[i].size());
    });
  call("rt3d_session_run", [&] { return rt3d_session_run(session); });
  const void* output = rt3d_session_output(session, 0);
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  call("rt3d_session_output_info", [&] { return rt3d_session_output_info(&info, session, 0); });
  if (!output) {
    complain("no output");
  } else if (case_.work != Work::tuned) {  // tuning may choose anew each time
    const OwnWork kept;
    const std::size_t bytes = bytes_of(info);
    if (first_output_.empty())
      first_output_.assign(static_cast<const char*>(output), static_cast<const char*>(output) + bytes);
    if (first_output_.size() != bytes || std::memcmp(first_output_.data(), output, bytes) != 0)
      complain("another output than before");
  }
  text("rt3d_session_plan_text", [&] { return rt3d_session_plan_text(session); });
  text("rt3d_session_graph_text", [&] { return rt3d_session_graph_text(session); });
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  call("rt3d_session_get_stats", [&] { return rt3d_session_get_stats(&stats, session); });
  rt3d_step_info described = RT3D_STEP_INFO_INIT;
  for (int i = 0; i < rt3d_session_step_count(session); ++i)
    call("rt3d_session_step", [&] { return rt3d_session_step(&described, session, i); });
}

void Script::database() {
  rt3d_db* db = nullptr;
  std::int64_t rows = 0;
  if (call("rt3d_db_open", [&] { return rt3d_db_open(&db, new_.c_str(), 1); })) {
    call("rt3d_db_import", [&] { return rt3d_db_import(nullptr, db, rows_.c_str()); });
    call("rt3d_db_count", [&] {
      rows = rt3d_db_count(db);
      return rows > 0 ? RT3D_OK : RT3D_OUT_OF_MEMORY;
    });
    call("rt3d_db_merge", [&] { return rt3d_db_merge(nullptr, db, other_.c_str()); });
    text("rt3d_db_export", [&] { return rt3d_db_export(db); });
    begin("the rows");
    if (const char* text = rt3d_db_export(db); !struck() && (!text || rows_ != text))
      complain("other rows than before");
  }
  begin("rt3d_db_free");
  rt3d_db_free(db);
}

}  // namespace rt3d::faults
