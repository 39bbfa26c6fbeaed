#include "runtime/auto_device.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/devices/device_table.h"

namespace rt3d::runtime {
namespace {

using Clock = std::chrono::steady_clock;
constexpr char kCpu[] = "cpu";
// The row that remembers: of the "family" of all that an accelerator may compute, its time beside the CPU's.
constexpr char kFamily[] = "model.accelerator";
constexpr char kSchedule[] = "accelerator=1";
constexpr int kVersion = 1;  // of how both are timed

struct Found {
  std::string name;  // "" : there is none
  Accelerator description;
  std::string why_not;
};

// The first device of the table's kinds that a machine need not have.
Found find_accelerator() {
  Found found;
  for (const DeviceRow& row : device_table()) {
    if (row.list == nullptr) continue;
    std::string why;
    if (std::vector<Accelerator> there = row.list(why); !there.empty())
      return {NamedDevice(&row, 0).name(), std::move(there.front()), {}};
    found.why_not += cat(found.why_not.empty() ? "" : "; ", "no ", row.name, ": ", why);
  }
  return found;
}

// Times of whole runs.
struct Times {
  double cpu_ns = 0, accelerator_ns = 0;
  bool accelerator_wins() const { return accelerator_ns < cpu_ns; }
};

// Runs by turns, so that what disturbs the machine disturbs both; the inputs are what the arenas have, zeros.
Times measure(Prepared& cpu, Prepared& accelerator) {
  constexpr int kRounds = 3;
  const auto run_ns = [](Prepared& one) {
    const auto start = Clock::now();
    one.executor->run();
    return static_cast<double>(ns_since(start));
  };
  run_ns(cpu);
  run_ns(accelerator);
  constexpr double kNone = std::numeric_limits<double>::infinity();
  Times times{kNone, kNone};
  for (int round = 0; round < kRounds; ++round) {
    times.cpu_ns = std::min(times.cpu_ns, run_ns(cpu));
    times.accelerator_ns = std::min(times.accelerator_ns, run_ns(accelerator));
  }
  return times;
}

// The key of what is remembered, which reads as a problem: the model as the CPU's plan has it, with the structure of its zeros, what else
// decides how fast it is, and the accelerator beside the CPU.
tuner::Row row_of(const Prepared& cpu, const SessionOptions& options, const Accelerator& accelerator) {
  std::string model = cpu.graph_text;
  for (const StepReport& step : cpu.reports)
    if (!step.sparsity.empty()) model += cat("\n", step.name, " ", step.sparsity);
  kernels::Problem problem;
  problem.op = "Model";
  for (const NamedDesc& input : cpu.inputs) problem.inputs.push_back({input.desc});
  for (const NamedDesc& output : cpu.outputs) problem.outputs.push_back(output.desc);
  problem.attributes.set("graph", cat("m", checksum64(model)));
  problem.attributes.set("accuracy", std::string(kernels::accuracy_name(options.accuracy)));
  problem.attributes.set("accelerator", cat("a", checksum64(accelerator.fingerprint())));
  problem.attributes.set("weight_limit", options.weight_limit);
  tuner::Row row;
  row.device = cpu.target.device.fingerprint();
  row.threads = cpu.target.threads;
  row.problem = problem.text();
  row.family = kFamily;
  row.version = kVersion;
  row.schedule = kSchedule;
  return row;
}

std::optional<tuner::Row> remembered(const tuner::TuningDb& db, const tuner::Row& key) {
  for (tuner::Row& row : db.find(key.device, key.threads, key.problem))
    if (row.family == key.family && row.version == key.version && row.time_ns > 0 && row.default_ns > 0)
      return std::move(row);
  return std::nullopt;
}

void remember(tuner::TuningDb& db, tuner::Row row, const Times& times) {
  const std::optional<tuner::Row> before = remembered(db, row);
  row.time_ns = times.accelerator_ns;
  row.default_ns = times.cpu_ns;
  db.store(row, before);
  db.flush();
}

std::string ms(double ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g ms", ns / 1e6);
  return text;
}

class Chooser {
 public:
  Chooser(const graph::Graph& model, SessionOptions options) : model_(model), options_(std::move(options)) {}

  AutoChoice choose() {
    options_.device = kCpu;
    Found found = find_accelerator();
    if (found.name.empty()) {
      log(LogLevel::info, "auto: cpu; ", found.why_not);
      return {std::make_unique<Prepared>(model_, options_), nullptr, "auto: there is no accelerator"};
    }
    name_ = std::move(found.name);
    SessionOptions planning = options_;  // enough to know the model by
    planning.plan_only = true;
    planning.tuning.mode = tuner::Mode::off;
    auto known = std::make_unique<Prepared>(model_, planning, Prepared::Weights::keep);
    const tuner::Row key = row_of(*known, options_, found.description);
    const bool measures =
        options_.tuning.mode != tuner::Mode::off && options_.tuning.limit_ms != 0 && !options_.plan_only;
    const std::optional<tuner::Row> row = remembered(tuner::TuningDb(options_.database), key);
    if (row && (!measures || (row->rigor >= rigor_asked() && !options_.tuning.again)))
      return recall({row->default_ns, row->time_ns}, std::move(known));
    known.reset();
    if (measures) return measure_both(key);
    return {std::make_unique<Prepared>(model_, options_), nullptr, cat("auto: ", name_, " was not measured")};
  }

 private:
  int rigor_asked() const { return options_.tuning.mode == tuner::Mode::full ? tuner::kFull : tuner::kQuick; }

  std::string told(const Times& times) const {
    return cat("auto: cpu ", ms(times.cpu_ns), " a run, ", name_, " ", ms(times.accelerator_ns));
  }

  std::unique_ptr<Prepared> of_accelerator(const SessionOptions& options) const {
    SessionOptions its = options;
    its.device = name_;
    try {
      return std::make_unique<Prepared>(model_, its);
    } catch (const Error& error) {
      if (!is_the_accelerators(error)) throw;
      warn(error);
      return nullptr;
    }
  }

  static bool is_the_accelerators(const Error& error) {
    return error.code() == Code::device || error.code() == Code::unsupported ||
           error.code() == Code::out_of_memory;
  }
  void warn(const Error& error) const {
    log(LogLevel::warning, "auto: cpu, because ", name_, " fails: ", error.what());
  }

  AutoChoice cpu_alone(std::unique_ptr<Prepared> cpu) const {
    return {std::move(cpu), nullptr, cat("auto: ", name_, " failed")};
  }

  AutoChoice recall(const Times& times, std::unique_ptr<Prepared> spare) const {
    log(LogLevel::info, told(times), ", as remembered");
    std::unique_ptr<Prepared> accelerator;
    if (times.accelerator_wins()) accelerator = of_accelerator(options_);
    if (accelerator) return settle(std::move(accelerator), std::move(spare), told(times));
    auto cpu = std::make_unique<Prepared>(model_, options_);
    if (times.accelerator_wins()) return cpu_alone(std::move(cpu));
    return {std::move(cpu), nullptr, told(times)};
  }

  // Within the limit of time for tuning, where there is one, the CPU may take half.
  AutoChoice measure_both(const tuner::Row& key) {
    const std::int64_t limit = options_.tuning.limit_ms;
    SessionOptions first = options_, second = options_;
    if (limit > 0) first.tuning.limit_ms = std::max<std::int64_t>(1, limit / 2);
    auto cpu = std::make_unique<Prepared>(model_, first, Prepared::Weights::keep);
    if (limit > 0) second.tuning.limit_ms = std::max<std::int64_t>(1, limit - cpu->stats.tune_ns / 1'000'000);
    std::unique_ptr<Prepared> accelerator = of_accelerator(second);
    if (accelerator == nullptr) {
      cpu->let_go_of_weights();
      return cpu_alone(std::move(cpu));
    }
    Times times;
    const auto measuring = Clock::now();
    try {
      times = measure(*cpu, *accelerator);
    } catch (const Error& error) {
      if (!is_the_accelerators(error)) throw;
      warn(error);
      cpu->let_go_of_weights();
      return cpu_alone(std::move(cpu));
    }
    const std::int64_t measuring_ns = ns_since(measuring);
    log(LogLevel::info, told(times));
    // What was measured before there was time to tune all layers of both is only for sessions that may not measure.
    tuner::Row row = key;
    row.rigor = cpu->stats.estimated + accelerator->stats.estimated > 0 ? tuner::kSurveyed : rigor_asked();
    tuner::TuningDb db(options_.database);
    remember(db, std::move(row), times);
    const bool wins = times.accelerator_wins();
    SessionStats& stats = wins ? accelerator->stats : cpu->stats;
    const SessionStats& other = wins ? cpu->stats : accelerator->stats;
    stats.tune_ns += other.tune_ns + measuring_ns;
    stats.measurements += other.measurements;
    if (wins) return settle(std::move(accelerator), std::move(cpu), told(times));
    accelerator.reset();
    cpu->let_go_of_weights();
    return {std::move(cpu), nullptr, told(times)};
  }

  static AutoChoice settle(std::unique_ptr<Prepared> accelerator, std::unique_ptr<Prepared> cpu,
                           std::string why) {
    cpu->sleep();
    accelerator->stats.fallback_bytes = cpu->bytes_awake();
    return {std::move(accelerator), std::move(cpu), std::move(why)};
  }

  const graph::Graph& model_;
  SessionOptions options_;
  std::string name_;  // the accelerator's
};

}  // namespace

AutoChoice choose_device(const graph::Graph& model, SessionOptions options) {
  const auto start = Clock::now();
  AutoChoice choice = Chooser(model, std::move(options)).choose();
  choice.chosen->stats.create_ns = static_cast<std::int64_t>(ns_since(start));
  return choice;
}

}  // namespace rt3d::runtime
