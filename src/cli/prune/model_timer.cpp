#include "cli/prune/model_timer.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/random_inputs.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"

namespace rt3d::cli {
namespace {

// Runs go on until so many found nothing that is clearly faster, or this time is over.
struct Patience {
  int turns;
  std::int64_t most_ns;
};
constexpr Patience kPatience[] = {{5, 10'000'000'000}, {12, 20'000'000'000}};  // by Care
constexpr double kFaster = 0.995;
constexpr std::uint64_t kInputSeed = 1;
constexpr std::int64_t kDenseTuneMs = 60'000;
constexpr double kNeverRun = std::numeric_limits<double>::infinity();

std::vector<TensorInfo> infos_of(const std::map<std::string, Shape>& shapes) {
  std::vector<TensorInfo> infos;
  for (const auto& [name, shape] : shapes) infos.push_back({name, RT3D_F32, shape.dims()});
  return infos;
}

// One run.
void run(rt3d_session* session, std::vector<StepTime>& least) {
  if (interruption_requested()) throw Interrupted();
  timed_run_ns(session);
  const std::vector<Step> steps = steps_of(session);
  if (least.empty())
    for (const Step& step : steps) least.push_back({step.name, step.problem, kNeverRun});
  for (std::size_t i = 0; i < steps.size(); ++i)
    least[i].ns = std::min(least[i].ns, static_cast<double>(steps[i].last_ns));
}

// Turns of runs of one or two models, until their times are steady.
void run_steadily(Care care, const std::vector<std::pair<rt3d_session*, std::vector<StepTime>*>>& models) {
  const Patience& patience = kPatience[static_cast<std::size_t>(care)];
  const std::int64_t began = now_ns();
  std::vector<double> best(models.size(), kNeverRun);
  for (int steady = 0; steady < patience.turns && now_ns() - began < patience.most_ns; ++steady)
    for (std::size_t i = 0; i < models.size(); ++i) {
      run(models[i].first, *models[i].second);
      const double whole = whole_ns(*models[i].second);
      if (whole > kFaster * best[i]) continue;
      best[i] = whole;
      steady = -1;
    }
}

}  // namespace

double whole_ns(const std::vector<StepTime>& steps) {
  return std::accumulate(steps.begin(), steps.end(), 0.0,
                         [](double sum, const StepTime& step) { return sum + step.ns; });
}

std::string milliseconds(double ns) { return fixed(ns / 1e6, ns < 1e7 ? 3 : 1); }

ModelTimer::ModelTimer(const std::string& model, const std::map<std::string, Shape>& shapes,
                       SessionOptions options)
    : shapes_(infos_of(shapes)), options_(std::move(options)) {
  SessionOptions dense = options_;
  if (dense.tune_ms < 0) dense.tune_ms = kDenseTuneMs;
  dense_ = open(model, dense);
  options_.quiet = true;  // pruned models are many
}

SessionHandle ModelTimer::open(const std::string& path, const SessionOptions& options) const {
  const ModelHandle model = load_model(path);
  SessionHandle session = create_session(model.get(), options, shapes_, true);
  set_random_inputs(session.get(), kInputSeed);
  timed_run_ns(session.get());
  return session;
}

Comparison ModelTimer::compare(const std::filesystem::path& pruned, std::int64_t tune_ms, Care care) {
  SessionOptions options = options_;
  options.tune_ms = tune_ms;
  const SessionHandle session = open(pruned.string(), options);
  Comparison found;
  found.tuned_ms = stats_of(session.get()).tune_ns / 1'000'000;
  run_steadily(care, {{dense_.get(), &found.dense}, {session.get(), &found.pruned}});
  return found;
}

double ModelTimer::dense_ns() {
  std::vector<StepTime> steps;
  run_steadily(Care::thorough, {{dense_.get(), &steps}});
  return whole_ns(steps);
}

}  // namespace rt3d::cli
