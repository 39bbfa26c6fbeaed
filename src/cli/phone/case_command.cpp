// rt3d-phone case: one model in one way: its outputs against those that are known to be right, and its times.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands/bench_run.h"
#include "cli/commands/run_outputs.h"
#include "cli/parts/difference.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/number_option.h"
#include "cli/parts/random_inputs.h"
#include "cli/parts/scores.h"
#include "cli/parts/session_options.h"
#include "cli/parts/statistics.h"
#include "cli/parts/timing.h"
#include "cli/phone/commands.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

constexpr double kWindowSeconds = 0.5;

struct CaseOptions {
  std::string model, reference;
  bool all_accuracies = false;
  double sustain = 0;
  int runs = 0;
  BenchSettings settings;
};

void declare(CLI::App& app, CaseOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file")->required();
  app.add_option("--reference", options.reference, "Folder with the outputs that are right, as NAME.npy")
      ->required()
      ->type_name("DIR");
  app.add_flag("--all-accuracies", options.all_accuracies,
               "Check exact, default and half instead of --accuracy");
  app.add_option("--runs", options.runs, "Tune, then time as many runs (default: only check)")
      ->transform(whole_number(0, 1000000))
      ->type_name("N");
  app.add_option("--warmup", options.settings.warmup, "Runs before them")
      ->transform(whole_number(0, 1000000))
      ->type_name("N");
  app.add_option("--sustain", options.sustain, "Run without a pause for so long")
      ->check(finite_number(0, 1e5))
      ->type_name("S");
  add_session_options(app, options.settings.session);
  add_tuning_options(app, options.settings.session);
}

// What a plan is, for comparing two.
std::vector<std::string> ways(const std::vector<Step>& steps) {
  std::vector<std::string> texts;
  texts.reserve(steps.size());
  for (const Step& step : steps) texts.push_back(step.family + " " + step.schedule);
  return texts;
}

struct Checked {
  json verdict;
  bool right = false;
};

Checked compare(rt3d_session* session, const CaseOptions& options, const std::string& accuracy) {
  set_random_inputs(session, options.settings.seed);
  check(rt3d_session_run(session), "the model cannot be run");
  const double limit = difference_limit(accuracy);
  double largest = 0;
  for (const Output& output : copy_outputs(session, 1)) {
    const Array want = read_npy(std::filesystem::path(options.reference) / (output.name + ".npy"));
    largest = std::max(largest, largest_difference(values_of(output.array), values_of(want)));
  }
  const bool right = largest <= limit;
  return {{{"accuracy", accuracy}, {"right", right}, {"largest_difference", largest}, {"limit", limit}},
          right};
}

SessionHandle remembered_session(rt3d_model* model, SessionOptions options) {
  options.tune = "off";
  return create_session(model, options, {});
}

// [seconds since the first run, runs, median ms, longest ms] of every window.
json sustained(rt3d_session* session, double seconds) {
  json windows = json::array();
  const std::int64_t begun = now_ns();
  const auto passed = [&] { return static_cast<double>(now_ns() - begun) * 1e-9; };
  while (passed() < seconds) {
    const double at = passed();
    std::vector<std::int64_t> times;
    while (times.empty() || passed() < std::min(at + kWindowSeconds, seconds))
      times.push_back(timed_run_ns(session));
    windows.push_back({at, times.size(), median(times) * 1e-6,
                       static_cast<double>(*std::ranges::max_element(times)) * 1e-6});
  }
  return {
      {"begun_ns", begun}, {"columns", {"at_s", "runs", "median_ms", "longest_ms"}}, {"windows", windows}};
}

void run(const CaseOptions& options) {
  json result = {{"model", options.model}, {"checks", json::array()}};
  bool right = true;
  const auto add = [&](Checked checked) {
    right = right && checked.right;
    result["checks"].push_back(std::move(checked.verdict));
  };
  std::vector<std::string> measured;  // the plan that was timed
  if (options.runs > 0) {
    BenchSettings settings = options.settings;
    settings.runs = options.runs;
    settings.session.quiet = true;
    const BenchReport report = bench_model(options.model, settings);
    std::vector<Step> steps;
    steps.reserve(report.layers.size());
    for (const Layer& layer : report.layers) steps.push_back(layer.step);
    measured = ways(steps);
    result["bench"] = report_json(report);
  }
  const ModelHandle model = load_model(options.model);
  if (options.all_accuracies) {
    for (const char* accuracy : {"exact", "default", "half"}) {
      SessionOptions session = options.settings.session;
      session.accuracy = accuracy;
      add(compare(remembered_session(model.get(), session).get(), options, accuracy));
    }
  } else {
    const std::string& accuracy = options.settings.session.accuracy;
    const SessionHandle session = remembered_session(model.get(), options.settings.session);
    add(compare(session.get(), options, accuracy));
    if (options.runs > 0 && ways(steps_of(session.get())) != measured)
      throw Failure("the database did not keep what was measured: outputs of another plan were checked");
    if (options.sustain > 0) {
      result["sustained"] = sustained(session.get(), options.sustain);
      add(compare(session.get(), options, accuracy));  // heat makes no faults
    }
  }
  result["right"] = right;
  print_json(result);
}

}  // namespace

Runner phone_case_command(CLI::App& app) { return bind<CaseOptions>(app, declare, run); }

}  // namespace rt3d::cli
