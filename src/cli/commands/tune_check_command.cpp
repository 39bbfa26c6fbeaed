// rt3d-tune check MODEL: what the database and seeds know of a model, and what tuning would still bring. Measures nothing.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/parts/json_output.h"
#include "cli/parts/printable.h"
#include "cli/parts/prospects.h"
#include "cli/parts/session_options.h"
#include "cli/parts/short_problem.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

constexpr std::size_t kLayerColumns = 38;  // of the 80 that a line has

struct OutlookOptions {
  std::string model;
  SessionOptions session;
  std::vector<int> threads;
  bool as_json = false;
};

void declare(CLI::App& app, OutlookOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file")->required();
  app.add_flag("--json", options.as_json, "Print JSON");
  options.session.tune = "later";
  options.session.plan_only = true;
  options.session.quiet = true;
  add_session_options(app, options.session, &options.threads);
}

std::string or_dash(int count) { return count == 0 ? "-" : std::to_string(count); }

// Where what is near comes from: a number behind "near", and a line below the table for each.
class Sources {
 public:
  std::string mark(const Prospect& p) {
    if (p.source != "near") return "";
    std::string text = p.row_device + ", " + std::to_string(p.row_threads) + " threads";
    if (!p.row_problem.empty()) text += ", another share of zeros";
    auto at = std::ranges::find(lines_, text);
    if (at == lines_.end()) at = lines_.insert(lines_.end(), std::move(text));
    return " [" + std::to_string(at - lines_.begin() + 1) + "]";
  }
  std::string text() const {
    std::string all;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      all += "  [" + std::to_string(i + 1) + "] " + printable(lines_[i]) + "\n";
    return all;
  }

 private:
  std::vector<std::string> lines_;
};

// The file, which is not made where there is none.
std::string database_text(const SessionOptions& options) {
  if (!options.db.empty()) return options.db;
  rt3d_db* opened = nullptr;
  if (rt3d_db_open(&opened, nullptr, 0) != RT3D_OK) return "none yet";
  const DbHandle db(opened);
  return rt3d_db_path(opened);
}

void print(const std::vector<Prospect>& prospects) {
  Table table("lrlrr");
  table.add({"layer", "uses", "known", "quick", "full"});
  table.rule();
  Sources sources;
  for (const Prospect& p : prospects)
    table.add({std::string(first_columns(short_problem(p.problem), kLayerColumns)), std::to_string(p.uses),
               known_text(p) + sources.mark(p), or_dash(p.quick_candidates), or_dash(p.full_candidates)});
  std::printf("%s%s%s", table.text().c_str(), sources.text().c_str(),
              outlook_text(outlook_of(prospects)).c_str());
}

nlohmann::json layer_json(const Prospect& p) {
  nlohmann::json json = {{"problem", p.problem},
                         {"uses", p.uses},
                         {"known", known_text(p)},
                         {"family", p.family},
                         {"schedule", p.schedule},
                         {"time_ns", p.time_ns},
                         {"estimated_ns", p.estimated_ns},
                         {"quick_candidates", p.quick_candidates},
                         {"full_candidates", p.full_candidates},
                         {"quick_ns", p.quick_ns},
                         {"full_ns", p.full_ns}};
  if (p.first_choice_ns > 0) json["first_choice_ns"] = p.first_choice_ns;
  if (!p.row_device.empty())
    json["row"] = {{"device", p.row_device},
                   {"threads", p.row_threads},
                   {"problem", p.row_problem.empty() ? p.problem : p.row_problem}};
  return json;
}

void run(const OutlookOptions& options) {
  const ModelHandle model = load_model(options.model);
  const std::vector<TensorInfo> shapes = parse_shapes(options.session.shapes, inputs_of(model.get()));
  SessionOptions session_options = options.session;
  nlohmann::json checked = nlohmann::json::array();
  for (const int threads : thread_counts(options.threads)) {
    session_options.threads = threads;
    const SessionHandle session = create_session(model.get(), session_options, shapes);
    const std::vector<Prospect> prospects = prospects_of(session.get());
    if (!options.as_json) {
      std::printf("%s, %d %s; database %s\n", printable(options.model).c_str(), threads,
                  threads == 1 ? "thread" : "threads", printable(database_text(session_options)).c_str());
      print(prospects);
      continue;
    }
    nlohmann::json one = outlook_json(outlook_of(prospects));
    one["threads"] = threads;
    one["layers"] = nlohmann::json::array();
    for (const Prospect& p : prospects) one["layers"].push_back(layer_json(p));
    checked.push_back(std::move(one));
  }
  if (options.as_json)
    print_json({{"model", options.model},
                {"accuracy", session_options.accuracy},
                {"database", database_text(session_options)},
                {"seeds", session_options.seeds},
                {"checked", checked}});
}

}  // namespace

Runner tune_check_command(CLI::App& app) { return bind<OutlookOptions>(app, declare, run); }

}  // namespace rt3d::cli
