// rt3d bench: models or shape lists in, tables, JSON or CSV out.
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands/bench_background.h"
#include "cli/commands/bench_report.h"
#include "cli/commands/bench_run.h"
#include "cli/commands/commands.h"
#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/json_output.h"
#include "cli/parts/number_option.h"
#include "cli/parts/output_file.h"

namespace rt3d::cli {
namespace {

struct BenchOptions {
  std::vector<std::string> models;
  BenchSettings settings;
  BackgroundSettings background;
  bool as_json = false;
  bool as_csv = false;
};

constexpr const char* kColumnsMeaning = R"(

What the numbers mean:
  % peak    multiply-accumulates as papers count them, padding included, over the multiply-add peak measured in the same run
  executed  the same for those that the code carries out: kernel planes outside the clip and rows outside the image are left
            out, zero columns mostly not, and what fills up vectors never counts. Winograd's layers have no such number:
            they multiply fewer, transformed values, and their % peak may pass 100
  convs     the same over all convolutions that multiply directly: with --accuracy exact over all of them
  gap us    where a device with a queue computes: how long it had nothing to do before the layer's kernels and between them, by its own
            clock, as are the layers' ms; copies to and from it are timed by this CPU's clock, and have no gap. % peak is then of
            the device's peak, measured in the same run, and for layers that the CPU computes of the CPU's
  memory    what became resident since before the model was loaded, beside weights as packed and activations

With --tune background there is no table of layers: --runs runs before the session tunes itself, runs until it has finished (or --seconds),
and --runs runs afterwards.)";

void declare(CLI::App& app, BenchOptions& options) {
  app.add_option("MODEL", options.models,
                 "ONNX files, or shape lists: .problems files with one problem a line")
      ->required();
  app.add_option("--runs", options.settings.runs, "Timed runs")
      ->transform(whole_number(1, 1000000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--warmup", options.settings.warmup, "Runs before them")
      ->transform(whole_number(0, 1000000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--seed", options.settings.seed, "Seed of the random inputs")
      ->transform(whole_number(0, kMostUnsigned))
      ->type_name("S")
      ->capture_default_str();
  CLI::Option* json =
      app.add_flag("--json", options.as_json, "Print JSON: an object, or an array for several models");
  app.add_flag("--csv", options.as_csv, "Print CSV: one row per layer")->excludes(json);
  add_session_options(app, options.settings.session);
  add_tuning_options(app, options.settings.session, true);
  app.add_option("--rate", options.background.rate,
                 "With --tune background: runs a second (default: one behind the other)")
      ->check(finite_number(1e-3, 1e6))
      ->type_name("N");
  app.add_option("--seconds", options.background.seconds,
                 "With --tune background: tune so long at the most (default: 120)")
      ->check(finite_number(1e-3, 1e6))
      ->type_name("S");
  app.add_option("--share", options.settings.session.background_share,
                 "With --tune background: of the time, at the most, for tuning (default: 0.2)")
      ->check(finite_number(1e-3, 1))
      ->type_name("PART");
  app.add_option("--svg", options.background.svg, "With --tune background: draw the latency over time")
      ->type_name("FILE");
  app.footer(app.get_footer() + kColumnsMeaning);
}

bool is_problem_list(const std::string& path) {
  return std::filesystem::path(path).extension() == ".problems";
}

BenchReport measure(const std::string& path, const BenchSettings& settings) {
  return is_problem_list(path) ? bench_problems(path, settings) : bench_model(path, settings);
}

void refuse_what_does_not_fit(const BenchOptions& options) {
  if (options.settings.session.tune != "background") {
    const char* idle = options.background.rate > 0                     ? "--rate"
                       : options.background.seconds > 0                ? "--seconds"
                       : options.settings.session.background_share > 0 ? "--share"
                       : !options.background.svg.empty()               ? "--svg"
                                                                       : nullptr;
    if (idle) throw UsageError(join(idle, " is of no use without --tune background: give both"));
    return;
  }
  if (options.models.size() > 1) throw UsageError("--tune background follows one model: name one");
  if (is_problem_list(options.models[0]))
    throw UsageError("--tune background is for models: " + options.models[0] + " is a list of problems");
  if (options.as_csv) throw UsageError("--csv is a table of layers: give --json with --tune background");
}

void follow(const BenchOptions& options) {
  if (!options.background.svg.empty()) {
    refuse_dash("--svg", options.background.svg);
    check_output(options.background.svg);
  }
  const BackgroundReport report = bench_background(options.models[0], options.settings, options.background);
  if (options.as_json)
    print_json(report_json(report));
  else
    print_report(report);
  std::fflush(stdout);
  if (!options.background.svg.empty()) write_text(options.background.svg, latency_svg(report));
}

// Text as it comes; JSON is one document at the end, or, where an interruption comes before, what there is of it by then.
void show(const BenchOptions& options, const BenchReport& report, bool first, nlohmann::json& reports) {
  const StopsWhenAsked whole;
  if (options.as_json) {
    reports.push_back(report_json(report));
    if (options.models.size() > 1) print_if_interrupted(json_text(reports));
  } else if (options.as_csv) {
    print_csv(report, first);
  } else {
    std::printf(first ? "" : "\n");
    print_report(report);
  }
  std::fflush(stdout);
}

// A model that fails does not take the others' results with it.
void run(const BenchOptions& options) {
  refuse_what_does_not_fit(options);
  if (options.settings.session.tune == "background") return follow(options);
  const bool several = options.models.size() > 1;
  nlohmann::json reports = nlohmann::json::array();
  std::size_t shown = 0;
  for (const std::string& model : options.models) {
    try {
      const BenchReport report = measure(model, options.settings);
      show(options, report, shown++ == 0, reports);
    } catch (const std::exception& error) {
      if (!several) throw;
      complain(naming(model, failure_text(error)));
    }
  }
  if (options.as_json) {
    const PrintsWhole now;
    print_json(several ? reports : reports[0]);
    std::fflush(stdout);
  }
  if (shown < options.models.size()) throw Reported();
}

}  // namespace

Runner bench_command(CLI::App& app) { return bind<BenchOptions>(app, declare, run); }

}  // namespace rt3d::cli
