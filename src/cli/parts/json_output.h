// What every JSON output of the commands has in common.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace rt3d::cli {

// An object as text, indented, with where it comes from: "schema" (1; raised when a key changes its meaning
// or goes), "version", "commit" and "date" (UTC, ISO 8601). An array's objects carry these each. Text that is not UTF-8 is
// replaced.
std::string json_text(nlohmann::json result);
void print_json(nlohmann::json result);  // on standard output

}  // namespace rt3d::cli
