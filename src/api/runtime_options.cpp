#include "api/runtime_options.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>

#include "api/guard.h"
#include "api/handles.h"
#include "api/session_seeds.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/devices/device_table.h"
#include "tuner/tuning_db.h"

namespace rt3d::api {
namespace {

tuner::Answer answer(int given) {
  if (given == RT3D_TUNING_GOES_ON) return tuner::Answer::go_on;
  return given == RT3D_TUNING_IS_ENOUGH ? tuner::Answer::stop : tuner::Answer::cancel;
}

// One of the caller's shapes, whose version of the struct may be smaller or larger than ours: its size is the array's stride.
rt3d_tensor_info shape_at(const std::string& array, const rt3d_tensor_info* shapes, std::int32_t i) {
  const std::size_t stride = shapes->size;
  const char* at = reinterpret_cast<const char*>(shapes) + static_cast<std::size_t>(i) * stride;
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  std::memcpy(&info.size, at, sizeof info.size);
  require_size(info, cat(array, "[", i, "]").c_str(), "RT3D_TENSOR_INFO_INIT");
  if (info.size != stride || stride < offsetof(rt3d_tensor_info, dims) + sizeof info.dims)
    fail(Code::invalid_argument, array, "[", i, "]: the struct's size is ", info.size,
         ", the first one's is ", stride, "; start all of them from RT3D_TENSOR_INFO_INIT");
  std::memcpy(&info, at, std::min(stride, sizeof info));
  return info;
}

std::function<tuner::Answer(const runtime::TuningProgress&)> progress(const rt3d_session_options& o) {
  if (!o.progress) return {};
  return [callback = o.progress, user = o.progress_user](const runtime::TuningProgress& p) {
    const std::string layer(p.problem);
    rt3d_progress out{};
    out.size = sizeof out;
    out.layers_done = p.problems_done;
    out.layers_total = p.problems_total;
    out.candidates_done = p.candidates.candidates_done;
    out.candidates_total = p.candidates.candidates_total;
    out.elapsed_ns = p.elapsed_ns;
    out.remaining_ns = p.remaining_ns;
    out.layer = layer.c_str();
    out.best_ns = p.candidates.best_ns;
    return answer(callback(user, &out));
  };
}

constexpr std::int64_t kLongestSlice = 1'000'000'000;

runtime::BackgroundOptions background(const rt3d_session_options& o) {
  runtime::BackgroundOptions out;
  if (o.background_slice_ns < 0 || o.background_slice_ns > kLongestSlice)
    fail(Code::invalid_argument, "background_slice_ns is ", o.background_slice_ns,
         "; 0 (the default) or up to ", kLongestSlice, " is possible");
  if (!(o.background_share >= 0 && o.background_share <= 1))
    fail(Code::invalid_argument, "background_share is ", o.background_share,
         "; 0 (the default) or up to 1 is possible");
  if (o.background_slice_ns > 0) out.slice = std::chrono::nanoseconds(o.background_slice_ns);
  if (o.background_share > 0) out.share = o.background_share;
  if (o.plan_changed)
    out.changed = [callback = o.plan_changed,
                   user = o.plan_changed_user](const runtime::LaterTuningState& state) {
      const rt3d_tuning_state given = tuning_state(state);
      callback(user, &given);
    };
  return out;
}

// The user's file is for devices of which something is measured: for others, none is made.
void choose_database(runtime::SessionOptions& out, const rt3d_session_options& o) {
  if (o.database) {
    out.database = o.database;
    return;
  }
  if (!runtime::is_auto(out.device) && !runtime::has_choices(runtime::find_devices(out.device))) return;
  out.database = tuner::TuningDb::default_path();
  if (out.database.empty())
    out.database_note = "neither XDG_CACHE_HOME nor HOME names a folder for the default database";
}

}  // namespace

rt3d_tuning_state tuning_state(const runtime::LaterTuningState& s) {
  return {.size = sizeof(rt3d_tuning_state),
          .finished = s.finished ? 1 : 0,
          .problems_tuned = s.problems_tuned,
          .share = s.share,
          .spent_ns = s.spent_ns,
          .plans = s.plans,
          .plan_waits = s.plan_waits ? 1 : 0,
          .resting = s.resting ? 1 : 0,
          .error = s.error.c_str(),
          .estimated_ns = s.estimated_ns,
          .fastest_ns = s.fastest_ns};
}

std::map<std::string, Shape> input_shapes(const std::string& array, const rt3d_tensor_info* given,
                                          std::int32_t count) {
  if (count < 0) fail(Code::invalid_argument, "the number of ", array, " is ", count);
  if (count > 0 && !given)
    fail(Code::invalid_argument, array, " is NULL, but ", count, " of them are announced");
  std::map<std::string, Shape> shapes;
  for (std::int32_t i = 0; i < count; ++i) {
    const rt3d_tensor_info info = shape_at(array, given, i);
    if (!info.name) fail(Code::invalid_argument, array, "[", i, "] has no name");
    if (info.rank < 0 || info.rank > Shape::kMaxRank)
      fail(Code::invalid_argument, array, "[", i, "] ('", info.name, "') has rank ", info.rank, "; 0 to ",
           Shape::kMaxRank, " is possible");
    Shape shape(std::vector<std::int64_t>(info.dims, info.dims + info.rank));
    for (std::int64_t dim : shape)
      if (dim < 1)
        fail(Code::invalid_argument, "the shape given for '", info.name, "', ", shape.text(),
             ", must be positive");
    if (!shapes.emplace(info.name, std::move(shape)).second)
      fail(Code::invalid_argument, "two shapes are given for '", info.name, "'");
  }
  return shapes;
}

runtime::SessionOptions runtime_options(const rt3d_session_options* given) {
  rt3d_session_options o = RT3D_SESSION_OPTIONS_INIT;
  if (given) {
    require_size(*given, "the session options", "RT3D_SESSION_OPTIONS_INIT");
    std::memcpy(&o, given, std::min(given->size, sizeof o));
  }
  runtime::SessionOptions out;
  if (o.device) out.device = o.device;
  if (o.isa) out.isa = parse_isa(o.isa);
  out.threads = o.threads;
  const std::int32_t mode = number_in(o.tuning);
  if (mode < RT3D_TUNE_OFF || mode > RT3D_TUNE_BACKGROUND)
    fail(Code::invalid_argument, "there is no tuning mode ", mode,
         "; 0 is off, 1 quick, 2 full, 3 later, 4 background");
  out.tune_in_background = mode == RT3D_TUNE_BACKGROUND;
  out.tune_later = mode == RT3D_TUNE_LATER || out.tune_in_background;
  out.background = background(o);
  out.tuning.mode = out.tune_later ? tuner::Mode::full : static_cast<tuner::Mode>(mode);
  out.tuning.limit_ms = o.tuning_limit_ms;
  out.tuning.progress = progress(o);
  out.tuning.again = o.tune_again != 0;
  choose_database(out, o);
  out.seeds = seeds_of(o);
  const std::int32_t accuracy = number_in(o.accuracy);
  constexpr std::array kAccuracies{kernels::Accuracy::standard, kernels::Accuracy::exact,
                                   kernels::Accuracy::half};  // by rt3d_accuracy
  if (accuracy < RT3D_ACCURACY_DEFAULT || accuracy > RT3D_ACCURACY_HALF)
    fail(Code::invalid_argument, "there is no accuracy ", accuracy, "; 0 is the default, 1 exact, 2 half");
  out.accuracy = kAccuracies[static_cast<std::size_t>(accuracy)];
  out.weight_limit = o.weight_limit_bytes;
  out.profile = o.profile != 0;
  out.plan_only = o.plan_only != 0;
  if (o.shapes_kept < 0) fail(Code::invalid_argument, "shapes_kept is ", o.shapes_kept);
  out.shapes_kept = o.shapes_kept;
  out.input_shapes = input_shapes("input_shapes", o.input_shapes, o.input_shape_count);
  return out;
}

}  // namespace rt3d::api
