// What became of imported rows, and what they are good for on this machine.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

// One line a reason that has rows, with its count: "  12 of another device". What fits always has its line.
std::string fits_text(const rt3d_db_changes& changes);
nlohmann::json fits_json(const rt3d_db_changes& changes);  // by reason
// On standard output.
void print_changes(const rt3d_db_changes& changes, const char* database, bool as_json);

}  // namespace rt3d::cli
