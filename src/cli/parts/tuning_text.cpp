#include "cli/parts/tuning_text.h"

#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/table.h"

namespace rt3d::cli {

std::string tuning_text(const rt3d_session_stats& stats) {
  if (stats.problems == 0) return "no problem has a choice";
  std::string text;
  if (stats.tuned > 0) {
    text = join(stats.tuned, " of ", stats.problems, " problems measured in ",
                duration(static_cast<double>(stats.tune_ns)), " (", stats.measurements, " candidates)");
  } else {
    text = join("nothing measured, ", stats.problems, " problems");
  }
  if (stats.from_database > 0) text += join(", ", stats.from_database, " remembered");
  if (stats.estimated > 0) text += join(", ", stats.estimated, " estimated");
  if (stats.rows_not_stored > 0) text += join(", ", stats.rows_not_stored, " rows not stored");
  return text;
}

nlohmann::json tuning_json(const rt3d_session_stats& stats) {
  return {{"problems", stats.problems},
          {"from_database", stats.from_database},
          {"tuned", stats.tuned},
          {"estimated", stats.estimated},
          {"measurements", stats.measurements},
          {"rows_not_stored", stats.rows_not_stored},
          {"tune_ns", stats.tune_ns},
          {"create_ns", stats.create_ns},
          {"optimize_ns", stats.optimize_ns},
          {"prepare_ns", stats.prepare_ns}};
}

}  // namespace rt3d::cli
