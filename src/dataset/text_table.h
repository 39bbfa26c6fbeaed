// The lines of a list as data sets have them: Windows' or Unix's ends of lines, empty ones left out.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rt3d::dataset {

struct Line {
  int number;  // from 1
  std::string text;
};

// Throws io when the file cannot be read, invalid_argument when it holds what no list does (zero bytes) or more than 256 MiB.
std::vector<Line> read_lines(const std::filesystem::path& file);

// The parts between separators. By spaces: runs of spaces and tabs count once.
std::vector<std::string> split_spaces(std::string_view line);
// As CSV files have them: a part in double quotes may hold separators, and two double quotes are one.
std::vector<std::string> split_csv(std::string_view line, char separator);

// A whole number; throws invalid_argument naming file and line.
int whole_number(const std::string& text, const std::filesystem::path& file, int line);

// "FILE:12: " in front of an objection.
std::string at_line(const std::filesystem::path& file, int line);

}  // namespace rt3d::dataset
