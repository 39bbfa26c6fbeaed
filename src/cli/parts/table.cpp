#include "cli/parts/table.h"

#include <algorithm>
#include <cstdio>

#include "cli/parts/printable.h"

namespace rt3d::cli {
namespace {

// Columns on the terminal: bytes that start a UTF-8 character.
std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

struct Unit {
  double size;
  const char* name;
  int digits;
};

// In the first unit that the value reaches, else in the last.
std::string in_units(double value, const std::vector<Unit>& units) {
  const auto reached = [&](const Unit& unit) { return value >= unit.size; };
  const auto found = std::find_if(units.begin(), units.end() - 1, reached);
  return fixed(value / found->size, found->digits) + found->name;
}

}  // namespace

void Table::add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = printable(cell);
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  std::vector<std::size_t> widths(alignment_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::size_t total = 2 * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  std::string result;
  for (const auto& row : rows_) {
    std::string line = "  ";
    if (row.empty()) line.append(total, '-');
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - columns(row[i]), ' ');
      line += alignment_[i] == 'r' ? gap + row[i] : row[i] + gap;
      if (i + 1 < row.size()) line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  }
  return result;
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string duration(double ns) {
  return in_units(ns, {{1e9, " s", 2}, {1e6, " ms", 2}, {1e3, " us", 1}, {1, " ns", 0}});
}

std::string long_duration(double seconds) {
  const auto all = static_cast<long long>(seconds + 0.5);
  if (all < 60) return std::to_string(all) + " s";
  if (all < 3600) return std::to_string(all / 60) + " min";
  return std::to_string(all / 3600) + " h " + std::to_string(all / 60 % 60) + " min";
}

std::string bytes_text(std::int64_t bytes) {
  return in_units(static_cast<double>(bytes),
                  {{0x1p30, " GiB", 2}, {0x1p20, " MiB", 1}, {0x1p10, " KiB", 1}, {1, " B", 0}});
}

std::string millions(std::int64_t count) {
  return in_units(static_cast<double>(count), {{1e9, " G", 2}, {1e6, " M", 2}, {1e3, " k", 1}, {1, "", 0}});
}

std::string dims_text(const std::vector<std::int64_t>& dims) {
  if (dims.empty()) return "scalar";
  std::string text;
  for (const std::int64_t size : dims)
    text += (text.empty() ? "" : "x") + (size < 0 ? std::string("?") : std::to_string(size));
  return text;
}

}  // namespace rt3d::cli
