#include "cli/parts/rows_text.h"

#include <array>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>

#include "cli/parts/build_info.h"
#include "cli/parts/failure.h"
#include "cli/parts/plain_text.h"
#include "cli/parts/printable.h"
#include "cli/parts/unreadable.h"
#include "rt3d/rt3d.h"

namespace rt3d::cli {
namespace {

// As much as a database could hold, and no byte that would end the text early: a device may give anything.
std::string text_of(std::istream& in, const std::string& name, bool from_file) {
  constexpr std::size_t kMostBytes = std::size_t{512} << 20;
  std::string text;
  std::array<char, 1 << 16> part;
  while (in.read(part.data(), part.size()) || in.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMostBytes ||
        std::memchr(part.data(), 0, static_cast<std::size_t>(in.gcount())) != nullptr)
      throw Failure("cannot read rows from " + name + ": it is no text that export wrote");
  }
  if (in.bad() || text.empty())
    throw Failure("cannot read rows from " + name + ": " + (from_file ? why_nothing(name) : "it is empty") +
                  ": give a file that export wrote");
  text = plain_text(std::move(text));
  if (text.back() != '\n')
    throw Failure("cannot read rows from " + name + ": its last line has no end; was it cut?");
  return text;
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc = {};
  gmtime_r(&now, &utc);
  std::array<char, 16> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &utc)};
}

}  // namespace

std::string read_rows(const std::string& file) {
  if (file == "-") return text_of(std::cin, "standard input", false);
  std::ifstream in(file, std::ios::binary);
  return text_of(in, file, true);
}

std::vector<std::string> provenance(const std::string& command) {
  return {join("# device: ", rt3d_device_text()), "# date: " + today(),
          join("# rt3d: ", rt3d_version(), " (commit ", build_commit(), ")"),
          "# command: " + printable(command)};
}

std::vector<std::string> comments_of(const std::string& rows) {
  std::vector<std::string> comments;
  std::istringstream lines(rows);
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line) && line.starts_with('#');)
    comments.push_back(line);
  return comments;
}

std::string with_comments(const std::string& rows, const std::vector<std::string>& comments) {
  const std::size_t first_row = rows.find('\n') + 1;
  std::string text = rows.substr(0, first_row);
  for (const std::string& comment : comments) text += comment + '\n';
  return text + rows.substr(first_row);
}

}  // namespace rt3d::cli
