#include <algorithm>
#include <set>
#include <string_view>

#include "base/error.h"
#include "dataset/formats.h"

namespace rt3d::dataset {
namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string path, label;
};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "path label"; "folder frames label". A path may hold spaces where commas or semicolons separate. Nothing for other lines.
std::optional<Entry> entry_of(const std::string& line) {
  for (const char separator : {';', ','}) {
    if (line.find(separator) == std::string::npos) continue;
    std::vector<std::string> parts = split_csv(line, separator);
    for (std::string& part : parts) {
      part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
      part.erase(part.find_last_not_of(' ') + 1);
    }
    if (parts.size() == 3 && is_number(parts[1])) parts.erase(parts.begin() + 1);
    if (parts.size() == 2 && !parts[0].empty() && !parts[1].empty()) return Entry{parts[0], parts[1]};
    return std::nullopt;
  }
  std::vector<std::string> parts = split_spaces(line);
  if (parts.size() == 3 && is_number(parts[1])) parts.erase(parts.begin() + 1);
  if (parts.size() != 2) return std::nullopt;
  return Entry{parts[0], parts[1]};
}

}  // namespace

bool is_path_list(const Split& split) {
  return !split.lines.empty() && entry_of(split.lines[0].text).has_value();
}

// Labels are numbers from 0, or words, which are numbered in alphabetical order.
Listed read_path_list(const Source& source, const Split& split) {
  struct Row {
    Entry entry;
    int line;
  };
  const auto read = [](const fs::path& file, const std::vector<Line>& lines) {
    std::vector<Row> rows;
    for (const Line& line : lines) {
      if (const std::optional<Entry> entry = entry_of(line.text))
        rows.push_back({*entry, line.number});
      else
        fail(Code::invalid_argument, at_line(file, line.number), "'", line.text,
             "' should be '<path> <label>' or '<folder of pictures> <how many> <label>'");
    }
    return rows;
  };
  const std::vector<Row> train = read(split.file, split.lines);
  const std::vector<Row> test =
      source.test_split.empty() ? std::vector<Row>() : read(source.test_split, read_lines(source.test_split));

  std::set<std::string> words;
  bool numbers = true;
  for (const auto* rows : {&train, &test})
    for (const Row& row : *rows) {
      words.insert(row.entry.label);
      numbers = numbers && is_number(row.entry.label);
    }
  constexpr int kMostClasses = 1 << 20;
  Listed listed;
  listed.has_test = !source.test_split.empty();
  if (!numbers) listed.classes.assign(words.begin(), words.end());
  const auto add = [&](const fs::path& file, const std::vector<Row>& rows, std::vector<Sample>& samples) {
    for (const Row& row : rows) {
      int label = 0;
      if (numbers) {
        label = whole_number(row.entry.label, file, row.line);
        if (label >= kMostClasses)
          fail(Code::invalid_argument, at_line(file, row.line), "the label ", label, " is too large");
        while (static_cast<int>(listed.classes.size()) <= label)
          listed.classes.push_back(std::to_string(listed.classes.size()));
      } else {
        label =
            static_cast<int>(std::lower_bound(listed.classes.begin(), listed.classes.end(), row.entry.label) -
                             listed.classes.begin());
      }
      samples.push_back({source.root / row.entry.path, label});
    }
  };
  add(split.file, train, listed.train);
  add(source.test_split, test, listed.test);
  return listed;
}

}  // namespace rt3d::dataset
