// rt3d-tune MODEL: measures everything a model's layers may run on and keeps the results.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/parts/busy.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/number_option.h"
#include "cli/parts/printable.h"
#include "cli/parts/session_options.h"
#include "cli/parts/table.h"
#include "cli/parts/tuning_text.h"

namespace rt3d::cli {
namespace {

struct TuneOptions {
  std::string model;
  SessionOptions session;
  bool full = false;
  bool as_json = false;
};

void declare(CLI::App& app, TuneOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file");
  app.add_flag("--full", options.full, "Measure every candidate worth trying (default: a few per layer)");
  app.add_flag("--again", options.session.again,
               "Measure what the database knows of this model again, and replace it by what is found");
  app.add_option("--tune-ms", options.session.tune_ms,
                 "Measure at most this long (default: 10 s, no limit with --full)")
      ->transform(whole_number(0))
      ->type_name("MS");
  app.add_flag("--json", options.as_json, "Print JSON");
  add_session_options(app, options.session);
}

void run(const TuneOptions& options) {
  if (options.model.empty()) throw UsageError("give a model to tune, or a command: rt3d-tune --help");
  SessionOptions session_options = options.session;
  session_options.tune = options.full ? "full" : "quick";
  const ModelHandle model = load_model(options.model);
  if (session_options.db != "none")
    open_db(session_options.db, true);  // before minutes of measuring for nothing
  const double load = warn_when_busy();
  const SessionHandle session = create_session(model.get(), session_options,
                                               parse_shapes(session_options.shapes, inputs_of(model.get())));
  const rt3d_session_stats stats = stats_of(session.get());
  if (stats.rows_not_stored > 0)
    throw Failure(join(stats.rows_not_stored, " rows were measured and not stored: ", stats.database_note));
  if (options.as_json) {
    nlohmann::json result = tuning_json(stats);
    result["model"] = options.model;
    result["accuracy"] = session_options.accuracy;
    result["machine_load"] = load;
    result["database"] = db_path_text(session_options);
    return print_json(result);
  }
  std::printf("%s: %s; database %s\n", printable(options.model).c_str(), tuning_text(stats).c_str(),
              printable(db_path_text(session_options)).c_str());
}

}  // namespace

Runner tune_model(CLI::App& app) { return bind<TuneOptions>(app, declare, run); }

}  // namespace rt3d::cli
