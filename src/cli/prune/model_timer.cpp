#include "cli/prune/model_timer.h"

#include <algorithm>
#include <limits>

#include "cli/parts/random_inputs.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"

namespace rt3d::cli {
namespace {

constexpr int kModelRuns = 15;
constexpr std::uint64_t kInputSeed = 1;
constexpr std::int64_t kModelTuneMs = 60000;

std::vector<TensorInfo> infos_of(const std::map<std::string, Shape>& shapes) {
  std::vector<TensorInfo> infos;
  for (const auto& [name, shape] : shapes) infos.push_back({name, RT3D_F32, shape.dims()});
  return infos;
}

}  // namespace

std::string milliseconds(double ns) { return fixed(ns / 1e6, ns < 1e7 ? 3 : 1); }

ModelTimer::ModelTimer(const std::string& model, const std::map<std::string, Shape>& shapes,
                       SessionOptions options)
    : model_(model), shapes_(infos_of(shapes)), options_(std::move(options)) {
  if (options_.tune_ms < 0) options_.tune_ms = kModelTuneMs;
  dense_ = open(model, false);
  options_.quiet = true;  // pruned models are many
}

SessionHandle ModelTimer::open(const std::string& path, bool profile) const {
  const ModelHandle model = load_model(path);
  SessionHandle session = create_session(model.get(), options_, shapes_, profile);
  set_random_inputs(session.get(), kInputSeed);
  timed_run_ns(session.get());
  return session;
}

ModelTimer::Times ModelTimer::compare(const std::filesystem::path& pruned) {
  const SessionHandle session = open(pruned.string(), false);
  Times times{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  for (int i = 0; i < kModelRuns; ++i) {
    times.dense_ns = std::min(times.dense_ns, static_cast<double>(timed_run_ns(dense_.get())));
    times.pruned_ns = std::min(times.pruned_ns, static_cast<double>(timed_run_ns(session.get())));
  }
  return times;
}

double ModelTimer::dense_ns() {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kModelRuns; ++i)
    least = std::min(least, static_cast<double>(timed_run_ns(dense_.get())));
  return least;
}

std::vector<StepTime> ModelTimer::steps() const {
  const SessionHandle session = open(model_, true);
  std::vector<StepTime> all;
  for (int i = 0; i < kModelRuns; ++i) {
    timed_run_ns(session.get());
    const std::vector<Step> steps = steps_of(session.get());
    for (std::size_t s = 0; s < steps.size(); ++s) {
      const auto ns = static_cast<double>(steps[s].last_ns);
      if (i == 0)
        all.push_back({steps[s], ns});
      else
        all[s].ns = std::min(all[s].ns, ns);
    }
  }
  return all;
}

}  // namespace rt3d::cli
