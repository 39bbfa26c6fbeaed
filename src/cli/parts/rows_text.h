// Rows of tuning databases as files of text, with comments that say where they come from.
#pragma once

#include <string>
#include <vector>

namespace rt3d::cli {

// What rt3d-tune export wrote, to a file or, with "-", to standard input. Throws Failure.
std::string read_rows(const std::string& file);

// "# device: …" and so on: of this machine, today and this version.
std::vector<std::string> provenance(const std::string& command);
std::vector<std::string> comments_of(const std::string& rows);  // before the first row
// Behind the first line.
std::string with_comments(const std::string& rows, const std::vector<std::string>& comments);

}  // namespace rt3d::cli
