// rt3d bench: models or shape lists in, tables, JSON or CSV out.
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands/bench_report.h"
#include "cli/commands/bench_run.h"
#include "cli/commands/commands.h"
#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/json_output.h"
#include "cli/parts/number_option.h"

namespace rt3d::cli {
namespace {

struct BenchOptions {
  std::vector<std::string> models;
  BenchSettings settings;
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
  memory    what became resident since before the model was loaded, beside weights as packed and activations)";

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
  add_tuning_options(app, options.settings.session);
  app.footer(app.get_footer() + kColumnsMeaning);
}

BenchReport measure(const std::string& path, const BenchSettings& settings) {
  const bool problems = std::filesystem::path(path).extension() == ".problems";
  return problems ? bench_problems(path, settings) : bench_model(path, settings);
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
