// rt3d-prune runs: finished runs beside each other.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/parts/json_output.h"
#include "cli/parts/output_file.h"
#include "cli/prune/commands.h"
#include "cli/prune/run_comparison.h"

namespace rt3d::cli {
namespace {

struct RunsOptions {
  std::string folder, csv, svg;
  bool as_json = false;
};

void declare_runs(CLI::App& app, RunsOptions& options) {
  app.add_option("DIR", options.folder, "A run's folder, or one with several of them below")->required();
  app.add_option("--csv", options.csv, "Write the table to this file, too")->type_name("FILE");
  app.add_option("--svg", options.svg, "Write a picture to this file: accuracy against time")
      ->type_name("FILE");
  app.add_flag("--json", options.as_json, "Print JSON");
}

void show_runs(const RunsOptions& options) {
  const std::vector<RunPoint> points = read_runs(options.folder);
  if (!options.csv.empty()) write_text(options.csv, runs_csv(points));
  if (!options.svg.empty()) write_text(options.svg, runs_svg(points, "Runs in " + options.folder));
  if (options.as_json) return print_json(json_of(points));
  std::printf("%s", runs_table(points).c_str());
}

}  // namespace

Runner prune_runs_command(CLI::App& app) { return bind<RunsOptions>(app, declare_runs, show_runs); }

}  // namespace rt3d::cli
