// Comma-separated values (RFC 4180, lines ending in \n).
#pragma once

#include <string>
#include <vector>

namespace rt3d::cli {

// One line with its end; fields that hold commas, quotes or line ends are quoted.
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace rt3d::cli
