#include "runtime/auto_device.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <set>
#include <utility>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/devices/device_table.h"
#include "runtime/same_answers.h"

namespace rt3d::runtime {
namespace {

using Clock = std::chrono::steady_clock;
constexpr char kCpu[] = "cpu";

struct Found {
  std::string name;  // "" : there is none
  Accelerator description;
  std::string why_not;
};

// The one that stands behind "auto".
Found named_accelerator(std::string_view names) {
  const std::vector<NamedDevice> devices = find_devices(names);
  if (devices.size() != 1 || devices[0].row->list == nullptr)
    fail(Code::invalid_argument, "the device '", kAutoDevice, ",", names, "': behind '", kAutoDevice,
         "' stands one accelerator at the most, as in '", kAutoDevice, ",opencl:0'");
  std::string why;
  const std::vector<Accelerator> there = devices[0].row->list(why);
  return {devices[0].name(), there.at(static_cast<std::size_t>(devices[0].number)), {}};
}

// The first device of the table's kinds that a machine need not have and that no quirk keeps from it (kernels/cl/quirks.h).
Found find_accelerator() {
  Found found;
  for (const DeviceRow& row : device_table()) {
    if (row.list == nullptr) continue;
    std::string why;
    std::vector<Accelerator> there = row.list(why);
    for (std::size_t i = 0; i < there.size(); ++i) {
      const std::string name = NamedDevice(&row, static_cast<int>(i)).name();
      if (there[i].not_auto.empty()) return {name, std::move(there[i]), {}};
      why += cat(why.empty() ? "" : "; ", name, " is left alone, for ", there[i].not_auto, " ('", kAutoDevice,
                 ",", name, "' takes it)");
    }
    found.why_not += cat(found.why_not.empty() ? "" : "; ", "no ", row.name, ": ", why);
  }
  return found;
}

// In the place of the time of an accelerator whose answers are wrong: it is remembered with the driver's version.
constexpr double kWrongNs = 1e18;

// Times of whole runs.
struct Times {
  double cpu_ns = 0, accelerator_ns = 0;
  bool accelerator_wins() const { return accelerator_ns < cpu_ns; }
  bool accelerator_is_wrong() const { return accelerator_ns >= kWrongNs; }
};

// Runs by turns, so that what disturbs the machine disturbs both.
Times measure(Prepared& cpu, Prepared& accelerator) {
  constexpr int kRounds = 3;
  const auto run_ns = [](Prepared& one) {
    const auto start = Clock::now();
    one.executor->run();
    return static_cast<double>(ns_since(start));
  };
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
  row.family = kWholeModelFamily;
  row.version = kWholeModelVersion;
  return row;
}

// What plans follow from: of a device's rows of the model's problems the families and schedules. In 31 bits, as a schedule's number.
int rows_sum(const tuner::TuningDb& db, const std::string& device, int threads,
             const std::set<std::string>& problems) {
  std::set<std::string> lines;
  for (const std::string& problem : problems)
    for (const tuner::Row& row : db.find(device, threads, problem))
      lines.insert(cat(problem, '\n', row.family, ' ', row.version, ' ', row.schedule, '\n'));
  std::uint64_t sum = checksum64("");
  for (const std::string& line : lines) sum = checksum64(line, sum);
  return static_cast<int>(sum & 0x7fffffff);
}

// The state of both sides that times stand for; they are taken anew when it has changed.
std::string state_of(const tuner::TuningDb& db, const Prepared& cpu, const Accelerator& accelerator) {
  std::set<std::string> problems;
  for (const Choice& choice : cpu.plan.choices) problems.insert(choice.text);
  return kernels::Schedule(
             {{"cpu", rows_sum(db, cpu.target.device.fingerprint(), cpu.target.threads, problems)},
              {"accelerator", rows_sum(db, accelerator.fingerprint(), 1, problems)}})
      .text();
}

std::optional<tuner::Row> remembered(const tuner::TuningDb& db, const tuner::Row& key) {
  for (tuner::Row& row : db.find(key.device, key.threads, key.problem))
    if (row.family == key.family && row.version == key.version && row.time_ns > 0 && row.default_ns > 0)
      return std::move(row);
  return std::nullopt;
}

Times times_of(const tuner::Row& row) { return {row.default_ns, row.time_ns}; }

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
    const std::string names =
        options_.device.substr(std::min(options_.device.size(), kAutoDevice.size() + 1));
    Found found =
        names.empty() && options_.device == kAutoDevice ? find_accelerator() : named_accelerator(names);
    options_.device = kCpu;
    if (found.name.empty()) {
      log(LogLevel::info, "auto: cpu; ", found.why_not);
      return {std::make_unique<Prepared>(model_, options_), nullptr, cat("auto: ", found.why_not)};
    }
    name_ = std::move(found.name);
    SessionOptions planning = options_;  // enough to know the model by
    planning.plan_only = true;
    planning.tuning.mode = tuner::Mode::off;
    auto known = std::make_unique<Prepared>(model_, planning, Prepared::Weights::keep);
    tuner::Row key = row_of(*known, options_, found.description);
    accelerator_ = std::move(found.description);
    const bool measures =
        options_.tuning.mode != tuner::Mode::off && options_.tuning.limit_ms != 0 && !options_.plan_only;
    std::optional<tuner::Row> row;
    bool complete = false;  // all layers of both were tuned, and nothing has changed since
    {
      const tuner::TuningDb db(options_.database, true, options_.seeds);
      row = remembered(db, key);
      complete = row && row->rigor >= rigor_asked() && row->schedule == state_of(db, *known, accelerator_);
    }
    if (row && (!measures || (complete && !options_.tuning.again)))
      return recall(times_of(*row), std::move(known));
    known.reset();
    if (measures) return tune_both(std::move(key), options_.tuning.again ? std::nullopt : row);
    return {std::make_unique<Prepared>(model_, options_), nullptr, cat("auto: ", name_, " was not measured")};
  }

 private:
  int rigor_asked() const { return options_.tuning.mode == tuner::Mode::full ? tuner::kFull : tuner::kQuick; }

  std::string told(const Times& times) const {
    return cat("auto: cpu ", ms(times.cpu_ns), " a run, ", name_, " ",
               times.accelerator_is_wrong() ? "computes wrong numbers" : ms(times.accelerator_ns));
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

  // The first runs of both, which load what drivers put off, tell whether they answer alike.
  Times compare(Prepared& cpu, Prepared& accelerator) const {
    const std::string trouble = different_answers(cpu, accelerator);
    const Times times = measure(cpu, accelerator);
    if (trouble.empty()) return times;
    log(LogLevel::warning, "auto: cpu, because ", name_, " computes wrong numbers: ", trouble);
    return {times.cpu_ns, kWrongNs};
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

  // Within the limit of time for tuning, where there is one, the CPU may take half. Whole runs are timed where nobody has timed what
  // both are by now.
  AutoChoice tune_both(tuner::Row key, const std::optional<tuner::Row>& before) {
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
    tuner::TuningDb db(options_.database, true, options_.seeds);
    key.schedule = state_of(db, *cpu, accelerator_);
    const bool timed = before && before->schedule == key.schedule;
    Times times = timed ? times_of(*before) : Times();
    const auto measuring = Clock::now();
    try {
      if (!timed) times = compare(*cpu, *accelerator);
    } catch (const Error& error) {
      if (!is_the_accelerators(error)) throw;
      warn(error);
      cpu->let_go_of_weights();
      return cpu_alone(std::move(cpu));
    }
    const std::int64_t measuring_ns = ns_since(measuring);
    log(LogLevel::info, told(times), timed ? ", as remembered" : "");
    // Where there was no time to tune all layers of both, the next session that may tune goes on with them.
    key.rigor = cpu->stats.estimated + accelerator->stats.estimated > 0 ? tuner::kSurveyed : rigor_asked();
    remember(db, std::move(key), times);
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
  Accelerator accelerator_;
};

}  // namespace

AutoChoice choose_device(const graph::Graph& model, SessionOptions options) {
  const auto start = Clock::now();
  AutoChoice choice = Chooser(model, std::move(options)).choose();
  choice.chosen->stats.create_ns = static_cast<std::int64_t>(ns_since(start));
  return choice;
}

}  // namespace rt3d::runtime
