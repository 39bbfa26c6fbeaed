// What every JSON output of the commands has in common.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace rt3d::cli {

// Prints an object on standard output, indented, with where it comes from: "schema" (1; raised when a key changes its meaning
// or goes), "version", "commit" and "date" (UTC, ISO 8601). An array's objects carry these each. Text that is not UTF-8 is
// replaced.
void print_json(nlohmann::json result);

}  // namespace rt3d::cli
