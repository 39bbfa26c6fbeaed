// rt3d-tune MODEL, rt3d-tune --all-models: measures everything that layers may run on and keeps the results.
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/commands/tune_batch.h"
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
  std::string all_models;
  SessionOptions session;
  std::vector<int> threads;
  bool full = false;
  bool as_json = false;
};

void declare(CLI::App& app, TuneOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file");
  app.add_option(
         "--all-models", options.all_models,
         "Tune many: a folder with ONNX files, or a text file with one a line. What is known is not measured "
         "again, so that a run that was interrupted goes on")
      ->type_name("DIR|LIST");
  app.add_flag("--full", options.full, "Measure every candidate worth trying (default: a few per layer)");
  app.add_flag("--again", options.session.again,
               "Measure what the database knows of this model again, and replace it by what is found");
  app.add_option("--tune-ms", options.session.tune_ms,
                 "Measure at most this long, each model and number of threads (default: 10 s, no limit with "
                 "--full or "
                 "--all-models)")
      ->transform(whole_number(0))
      ->type_name("MS");
  app.add_flag("--json", options.as_json, "Print JSON");
  add_session_options(app, options.session, &options.threads);
}

// Databases of batches are what makes one of them out of its parts.
void run_batch(const TuneOptions& options, SessionOptions session_options) {
  if (options.session.again)
    throw UsageError("--again would measure what models share once for each: tune them one by one");
  if (session_options.db == "none")
    throw UsageError("--db none keeps nothing, so that each model would be measured for itself: give a file");
  if (!options.all_models.empty() && session_options.tune_ms < 0)
    session_options.tune_ms = std::numeric_limits<std::int64_t>::max();
  tune_batch(options.all_models.empty() ? std::vector<std::string>{options.model}
                                        : listed_models(options.all_models),
             thread_counts(options.threads), session_options, options.as_json);
}

void run(const TuneOptions& options) {
  if (options.model.empty() == options.all_models.empty())
    throw UsageError(options.model.empty()
                         ? "give a model to tune, or --all-models, or a command: rt3d-tune --help"
                         : "give a model or --all-models, not both");
  SessionOptions session_options = options.session;
  session_options.tune = options.full ? "full" : "quick";
  if (session_options.db != "none")
    open_db(session_options.db, true);  // before minutes of measuring for nothing
  const std::vector<int> threads = thread_counts(options.threads);
  if (!options.all_models.empty() || threads.size() > 1) return run_batch(options, session_options);
  session_options.threads = threads.front();
  const ModelHandle model = load_model(options.model);
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
