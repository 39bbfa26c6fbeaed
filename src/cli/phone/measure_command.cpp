// rt3d-phone measure: everything the kit wants to know of a phone, into one JSON.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/parts/build_info.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/number_option.h"
#include "cli/parts/output_file.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"
#include "cli/phone/child.h"
#include "cli/phone/commands.h"
#include "cli/phone/facts.h"
#include "cli/phone/heat.h"
#include "cli/phone/plan.h"
#include "cli/phone/step_store.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr int kKitSchema = 1;
constexpr int kMostDeaths = 2;  // of the kit in one step
constexpr double kMostStepSeconds = 900;

struct MeasureOptions {
  std::string output = "phone-results.json";
  std::string reference = "reference";
  std::string folder = "work";
  std::string root = "/";
  bool small = false;
  double minutes = 0;  // 0: until all is done
};

void declare(CLI::App& app, MeasureOptions& options) {
  app.add_option("-o,--output", options.output, "JSON to write, whole after every step")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_option("--reference", options.reference, "Folder with the outputs that are right")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--folder", options.folder, "Models, tuning databases and finished steps, about 1 GiB")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_option("--root", options.root, "Where /sys and /proc are")->type_name("DIR")->capture_default_str();
  app.add_flag("--quick", options.small, "Try the kit with small networks: says nothing about the phone");
  app.add_option("--minutes", options.minutes, "Begin no step after so long; a later call goes on")
      ->check(finite_number(0, 1e5))
      ->type_name("M");
}

class Measurement {
 public:
  explicit Measurement(const MeasureOptions& options)
      : options_(options),
        folder_(fs::path(options.folder) / (options.small ? "quick" : "full")),
        store_(folder_, join(rt3d_version(), " ", build_commit())),
        heat_(options.root),
        sets_(core_sets(options.root, usable_cpus())),
        steps_(phone_steps(options.small, sets_)),
        begun_ns_(now_ns()) {
    for (const char* name : {"TMPDIR", "XDG_CACHE_HOME", "HOME"}) setenv(name, folder_.c_str(), 1);
    std::error_code gone;
    result_ = {{"kind", "phone-kit"},
               {"kit_schema", kKitSchema},
               {"quick", options.small},
               {"finished", false},
               {"facts", phone_facts(options.root, folder_)},
               {"heat_columns", heat_.columns()},
               {"core_sets", json::array()},
               {"steps", json::array()},
               {"seeds", json::array()}};
    for (const CoreSet& set : sets_) result_["core_sets"].push_back(json_of(set));
  }

  // Whether every step that was to be done is there and right.
  bool run() {
    std::size_t done = 0;
    while (done < steps_.size() && !over()) take(done++);
    result_["finished"] = done == steps_.size();
    for (const CoreSet& set : sets_) add_seeds(set);
    write();
    if (done == steps_.size())
      for (const Network& network : networks(options_.small)) fs::remove(model_file(network));
    else
      std::printf("%zu of %zu steps are done: run it again to go on\n", done, steps_.size());
    return right_;
  }

 private:
  bool over() const {
    return options_.minutes > 0 && static_cast<double>(now_ns() - begun_ns_) * 1e-9 > options_.minutes * 60;
  }
  fs::path model_file(const Network& network) const {
    return folder_ / (std::string(network.name) + ".onnx");
  }
  void write() const { write_text(options_.output, json_text(result_)); }

  void take(std::size_t index) {
    const PhoneStep& step = steps_[index];
    const std::optional<json> known = store_.find(step.id());
    const json record = known ? *known : done(step);
    right_ = right_ && record["checked"] == true;
    result_["steps"].push_back(record);
    write();
    say(index, record, known.has_value());
  }

  json done(const PhoneStep& step) {
    json record = {{"id", step.id()},
                   {"kind", step_kind_name(step.kind)},
                   {"network", step.network->name},
                   {"made", step.network->make},
                   {"accuracy", step.accuracy},
                   {"cores", json_of(step.cores)},
                   {"threads", step.threads},
                   {"checked", false}};
    if (store_.deaths(step.id()) >= kMostDeaths) {
      record["skipped"] = "the kit was killed twice during this step";
      return record;
    }
    try {
      make_model(*step.network);
      if (const std::string why = no_room(*step.network); !why.empty()) {
        record["skipped"] = why;
        return record;
      }
      measure(step, record);
    } catch (const std::exception& error) {
      record["error"] = failure_text(error);
      store_.give_up(step.id());
    }
    return record;
  }

  void make_model(const Network& network) const {
    if (fs::exists(model_file(network))) return;
    std::vector<std::string> words = words_of(network.make);
    words.insert(words.begin(), "make-model");
    words.insert(words.end(), {"-o", model_file(network).string()});
    const ChildResult child = run_child(own_command(words), {.folder = folder_, .cpus = {}});
    if (child.exit_code != 0) throw Failure("making the model: " + child.trouble);
  }

  // Weights mapped from the file, packed up to twice as large, and activations.
  std::string no_room(const Network& network) const {
    const auto needed =
        static_cast<std::int64_t>(3.5 * static_cast<double>(fs::file_size(model_file(network)))) +
        (std::int64_t{150} << 20);
    const std::int64_t there = available_memory(options_.root);
    if (needed <= there) return "";
    return join("needs about ", needed >> 20, " MiB of memory, ", there >> 20, " MiB are available");
  }

  void measure(const PhoneStep& step, json& record) {
    json series = json::array();
    const auto look = [&](double at_s) {
      json reading = heat_.read();
      reading["at_s"] = at_s;
      series.push_back(std::move(reading));
    };
    ChildOptions child_options{.folder = folder_, .cpus = step.cores.cpus, .most_seconds = kMostStepSeconds};
    if (step.kind == StepKind::sustained) child_options.look = look;
    record["heat"]["before"] = heat_.read();
    store_.begin(step.id());
    const ChildResult child = run_child(
        own_command(case_words(step, options_.small, folder_.string(), options_.reference)), child_options);
    record["heat"]["after"] = heat_.read();
    if (!series.empty()) record["heat"]["series"] = series;
    record["begun_ns"] = child.begun_ns;
    record["seconds"] = child.seconds;
    json report = json::parse(child.out, nullptr, false);
    if (child.exit_code != 0 || !report.is_object())
      throw Failure(child.trouble.empty() ? "its output is no JSON" : child.trouble);
    record["checked"] = report["right"];
    record["report"] = std::move(report);
    store_.keep(step.id(), record);
  }

  void add_seeds(const CoreSet& set) {
    const fs::path db = folder_ / ("tuning-" + set.name + ".db");
    if (!fs::exists(db)) return;
    const ChildResult child =
        run_child(own_command({"export", "--db", db.string()}), {.folder = folder_, .cpus = {}});
    if (child.exit_code == 0) result_["seeds"].push_back({{"cores", json_of(set)}, {"rows", child.out}});
  }

  void say(std::size_t index, const json& record, bool known) const {
    std::string text;
    if (record.contains("skipped"))
      text = "skipped: " + record["skipped"].get<std::string>();
    else if (record.contains("error"))
      text = "FAILED: " + record["error"].get<std::string>();
    else
      text = record["checked"] == true ? "right" : "WRONG";
    if (record.contains("report") && record["report"].contains("bench"))
      text += ", " + duration(record["report"]["bench"]["median_ns"].get<double>());
    std::printf("[%2zu/%zu] %s, %s x %d: %s%s\n", index + 1, steps_.size(), steps_[index].id().c_str(),
                steps_[index].cores.name.c_str(), steps_[index].threads, text.c_str(),
                known ? " (before)" : "");
    std::fflush(stdout);
  }

  const MeasureOptions& options_;
  fs::path folder_;
  StepStore store_;
  Thermometer heat_;
  std::vector<CoreSet> sets_;
  std::vector<PhoneStep> steps_;
  std::int64_t begun_ns_;
  json result_;
  bool right_ = true;
};

void run(const MeasureOptions& options) {
  for (const Network& network : networks(options.small))
    if (!fs::is_directory(fs::path(options.reference) / network.name))
      throw Failure(
          join("there is no folder ", network.name, " in ", options.reference,
               ": run it in the kit's folder; a kit that scripts/phone-kit built with --quick has the "
               "small networks' alone: give --quick"));
  check_output(options.output);
  const bool right = Measurement(options).run();
  std::printf("wrote %s\n", options.output.c_str());
  if (!right) throw Failure("not everything was measured, or right: the lines above say what");
}

}  // namespace

Runner phone_measure_command(CLI::App& app) { return bind<MeasureOptions>(app, declare, run); }

}  // namespace rt3d::cli
