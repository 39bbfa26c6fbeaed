// rt3d-tune group-size: which group of weights to prune together, measured on this machine.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/commands/group_size_run.h"
#include "cli/parts/busy.h"
#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/json_output.h"
#include "cli/parts/number_option.h"
#include "cli/parts/output_file.h"
#include "cli/parts/problem_session.h"

namespace rt3d::cli {
namespace {

constexpr std::int64_t kTuneMs = 300;  // a point

struct GroupSizeOptions {
  GroupStudy study{.session = {},
                   .layers = {},
                   .gm = {4, 8, 16, 32},
                   .gn = {1, 4, 8},
                   .rates = {1.5, 2, 2.6, 3.6, 5, 8},
                   .schemes = {"kgs", "vanilla"},
                   .limit_seconds = 600};
  std::vector<std::string> layers, problems;
  std::string csv, svg;
  bool quick = false;
  bool as_json = false;
};

void declare(CLI::App& app, GroupSizeOptions& options) {
  GroupStudy& study = options.study;
  std::vector<std::string> names;
  for (const SyntheticLayer& layer : synthetic_layers()) names.push_back(layer.name);
  app.add_option("--layer", options.layers,
                 "Layers to measure, of " + CLI::detail::join(names, ", ") + " (default: all)")
      ->check(CLI::IsMember(names))
      ->type_name("NAME")
      ->delimiter(',');
  app.add_option("--problem", options.problems, "A layer of your own instead, as a line of a shape list")
      ->type_name("LINE")
      ->allow_extra_args(false);
  app.add_option("--gm", study.gm, "Output channels of a group (default: 4,8,16,32)")
      ->transform(whole_number(1, 1024))
      ->type_name("N,N")
      ->delimiter(',');
  app.add_option("--gn", study.gn, "Input channels of a group (default: 1,4,8)")
      ->transform(whole_number(1, 1024))
      ->type_name("N,N")
      ->delimiter(',');
  app.add_option("--rates", study.rates, "Pruning rates (default: 1.5,2,2.6,3.6,5,8)")
      ->check(finite_number(1.01, 100))
      ->type_name("X,X")
      ->delimiter(',');
  app.add_option("--schemes", study.schemes, "Of kgs, vanilla (default: both)")
      ->check(CLI::IsMember({"kgs", "vanilla"}))
      ->type_name("NAME")
      ->delimiter(',');
  CLI::Option* quick =
      app.add_flag("--quick", options.quick, "The 3x3x3 layer at two rates with four groups: a first look");
  for (const char* chosen : {"--gm", "--gn", "--rates"}) quick->excludes(app.get_option(chosen));
  app.add_option("--runs", study.runs, "Timed runs of a point")
      ->transform(whole_number(1, 10000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--limit-seconds", study.limit_seconds, "Stop after about this long; 0: never")
      ->check(finite_number(0, 1e6))
      ->type_name("S")
      ->capture_default_str();
  app.add_option("--tune-ms", study.session.tune_ms, "Time for finding a point's fastest code (default: 300)")
      ->transform(whole_number(0))
      ->type_name("MS");
  app.add_option("--csv", options.csv, "Write the points as CSV")->type_name("FILE");
  app.add_option("--svg", options.svg, "Draw speed-up against pruning rate")->type_name("FILE");
  app.add_flag("--json", options.as_json, "Print JSON");
  app.add_option("--threads", study.session.threads, "Threads; 0: all usable cores")
      ->transform(whole_number(0, 1024))
      ->type_name("N");
  app.add_option("--device", study.session.device,
                 "cpu, or opencl (opencl:1: the second; rt3d devices lists them)")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--isa", study.session.isa, "Generate code for avx2, avx512 or neon (default: the best)")
      ->check(CLI::IsMember({"avx2", "avx512", "neon"}))
      ->type_name("NAME");
}

// What a session on that device would say of it. Sessions that choose among devices say nothing about one.
std::string device_text(const std::string& name) {
  for (std::int32_t i = 0; i < rt3d_device_count(); ++i) {
    rt3d_device_info info = RT3D_DEVICE_INFO_INIT;
    check(rt3d_device(&info, i), "cannot describe a device");
    if (info.name == name || info.name == name + ":0") return info.text;
  }
  throw UsageError("--device " + name + ": give one device of those that rt3d devices lists");
}

GroupStudy study_of(const GroupSizeOptions& options) {
  GroupStudy study = options.study;
  if (options.quick) {
    study.gm = {8, 32};
    study.gn = {1, 4};
    study.rates = {2, 3.6};
  }
  study.session.db = "none";
  study.session.quiet = true;
  if (study.session.tune_ms < 0) study.session.tune_ms = kTuneMs;
  std::vector<std::string> wanted = options.layers;
  if (wanted.empty() && options.quick) wanted = {"3x3x3"};
  for (const SyntheticLayer& layer : synthetic_layers()) {
    const bool named = std::find(wanted.begin(), wanted.end(), layer.name) != wanted.end();
    if (named || (wanted.empty() && options.problems.empty())) study.layers.push_back(layer);
  }
  for (std::size_t i = 0; i < options.problems.size(); ++i)
    study.layers.push_back({"layer " + std::to_string(i + 1), options.problems[i]});
  return study;
}

nlohmann::json json_of(const GroupStudy& study, const GroupResults& results, const std::string& device,
                       double load) {
  nlohmann::json layers = nlohmann::json::array(), points = nlohmann::json::array(),
                 recommended = nlohmann::json::array();
  for (const SyntheticLayer& layer : study.layers)
    layers.push_back({{"name", layer.name}, {"problem", layer.problem}});
  for (const GroupPoint& p : results.points)
    points.push_back({{"layer", p.layer},
                      {"scheme", p.scheme},
                      {"code", p.code},
                      {"gm", p.gm},
                      {"gn", p.gn},
                      {"rate", p.rate()},
                      {"ns", p.ns},
                      {"dense_direct_ns", p.direct_ns},
                      {"dense_best_ns", p.best_ns},
                      {"over_direct", p.over_direct()},
                      {"over_best", p.over_best()},
                      {"family", p.family},
                      {"disturbed", p.disturbed}});
  for (const Recommendation& r : recommend(results.points))
    recommended.push_back({{"layer", r.layer},
                           {"scheme", r.scheme},
                           {"code", r.code},
                           {"gm", r.gm},
                           {"gn", r.gn},
                           {"over_direct", r.over_direct},
                           {"fastest_gm", r.fastest_gm},
                           {"fastest_gn", r.fastest_gn},
                           {"fastest_over_direct", r.fastest_over_direct}});
  return {{"device", device},          {"machine_load", load}, {"threads", thread_count(study.session)},
          {"layers", layers},          {"points", points},     {"points_wanted", results.wanted},
          {"recommended", recommended}};
}

// Before minutes of measuring for nothing.
void check_files(const GroupSizeOptions& options) {
  const std::pair<const char*, const std::string&> outputs[] = {{"--csv", options.csv},
                                                                {"--svg", options.svg}};
  for (const auto& [option, path] : outputs) {
    if (path.empty()) continue;
    refuse_dash(option, path);
    check_output(path);
  }
  if (!options.csv.empty() && !options.svg.empty() && same_output(options.csv, options.svg))
    throw UsageError("--csv " + options.csv + " and --svg " + options.svg +
                     " are one file: give each a name of its own");
}

void print(const GroupSizeOptions& options, const GroupStudy& study, const GroupResults& results,
           const std::string& device, double load) {
  if (options.as_json) return print_json(json_of(study, results, device, load));
  std::printf("%s, %d threads\n%s", device.c_str(), thread_count(study.session),
              group_size_text(results.points).c_str());
  if (results.points.size() < results.wanted)
    std::printf("%zu of %zu points: give more time with --limit-seconds\n", results.points.size(),
                results.wanted);
}

// Before minutes of measuring for nothing.
void check_problems(const GroupSizeOptions& options, SessionOptions session) {
  session.plan_only = true;
  session.tune = "off";
  for (const std::string& line : options.problems) ProblemSession(line, session, 1);
}

void run(const GroupSizeOptions& options) {
  check_files(options);
  const GroupStudy study = study_of(options);
  check_problems(options, study.session);
  const std::string device = device_text(options.study.session.device);
  const double load = warn_when_busy();
  const StopsWhenAsked stops_when_asked;  // and shows what was measured
  const GroupResults results = study_groups(study);
  if (results.points.empty() && interruption_requested()) throw Interrupted();
  if (results.points.empty()) throw Failure("nothing was measured: give more time with --limit-seconds");
  print(options, study, results, device, load);
  std::fflush(stdout);  // whatever becomes of the files
  if (!options.csv.empty()) write_text(options.csv, group_size_csv(results.points));
  if (!options.svg.empty()) write_text(options.svg, group_size_svg(results.points, device));
}

}  // namespace

Runner tune_group_size_command(CLI::App& app) { return bind<GroupSizeOptions>(app, declare, run); }

}  // namespace rt3d::cli
