// Text tables for terminals: columns as wide as their widest cell, numbers to the right; and the texts of
// quantities.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rt3d::cli {

class Table {
 public:
  // One letter per column: 'l' to the left, 'r' to the right.
  explicit Table(std::string alignment) : alignment_(std::move(alignment)) {}

  void add(std::vector<std::string> row);  // cells may hold anything: printable() shows them
  void rule() { rows_.emplace_back(); }    // a line across
  std::string text() const;                // every line indented by two spaces

 private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;
};

std::string fixed(double value, int digits);
std::string duration(double ns);                               // "840 ns", "12.3 us", "4.56 ms", "7.8 s"
std::string long_duration(double seconds);                     // "42 s", "12 min", "3 h 5 min"
std::string bytes_text(std::int64_t bytes);                    // "12.3 MiB"
std::string millions(std::int64_t count);                      // "61.2 M", "38.5 G"
std::string dims_text(const std::vector<std::int64_t>& dims);  // "1x3x?x112x112"; "scalar" when empty

}  // namespace rt3d::cli
