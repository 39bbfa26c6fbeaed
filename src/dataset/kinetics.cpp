#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <string_view>

#include "base/error.h"
#include "dataset/formats.h"

namespace rt3d::dataset {
namespace {

namespace fs = std::filesystem;

// Of the columns by their names; -1: there is none.
struct Columns {
  int label = -1, id = -1, start = -1, end = -1, split = -1;

  explicit Columns(const std::vector<std::string>& header) {
    const auto at = [&](std::string_view name) {
      const auto found = std::find(header.begin(), header.end(), name);
      return found == header.end() ? -1 : static_cast<int>(found - header.begin());
    };
    label = at("label"), id = at("youtube_id"), start = at("time_start"), end = at("time_end"),
    split = at("split");
  }
  bool complete() const { return std::min({label, id, start, end}) >= 0; }
};

// Videos below the folder by their names without the ending: downloaders lay them right in it, in a folder for each class, or in one for
// each split, and choose the container.
std::map<std::string, fs::path> videos_by_stem(const fs::path& root) {
  std::map<std::string, fs::path> videos;
  std::error_code error;
  for (fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, error), end;
       !error && at != end; at.increment(error))
    if (has_video_name(at->path())) videos.emplace(at->path().stem().string(), at->path());
  throw_if_no_memory(error);
  if (error) fail(Code::io, "cannot read ", root.string(), ": ", error.message());
  return videos;
}

// The downloaders' name of a part of a video: seconds in six digits each.
std::string stem(const std::string& id, int start, int end) {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "_%06d_%06d", start, end);
  return id + seconds.data();
}

// The list of what to test with, beside the one of what to train with.
fs::path tests_beside(const fs::path& train) {
  for (const char* name : {"val.csv", "validate.csv", "validation.csv", "test.csv"})
    if (const fs::path file = train.parent_path() / name; fs::exists(file) && file != train) return file;
  return {};
}

}  // namespace

bool is_kinetics(const Split& split) {
  return !split.lines.empty() && Columns(split_csv(split.lines[0].text, ',')).complete();
}

Listed read_kinetics(const Source& source, const Split& split) {
  struct Row {
    std::string label;
    fs::path path;
    bool test;
  };
  const std::map<std::string, fs::path> videos = videos_by_stem(source.root);
  std::vector<Row> rows;
  std::set<std::string> names;
  const auto read = [&](const fs::path& file, const std::vector<Line>& lines, bool test) {
    const Columns columns(lines.empty() ? std::vector<std::string>() : split_csv(lines[0].text, ','));
    if (!columns.complete())
      fail(Code::invalid_argument, file.string(),
           ": its first line should name the columns label, youtube_id, time_start, time_end");
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const Line& line = lines[i];
      const std::vector<std::string> parts = split_csv(line.text, ',');
      const auto part = [&](int column) { return parts[static_cast<std::size_t>(column)]; };
      if (static_cast<int>(parts.size()) <= std::max({columns.label, columns.id, columns.start, columns.end}))
        fail(Code::invalid_argument, at_line(file, line.number), "'", line.text, "' has too few columns");
      const std::string name = stem(part(columns.id), whole_number(part(columns.start), file, line.number),
                                    whole_number(part(columns.end), file, line.number));
      const bool tests = test || (columns.split >= 0 && columns.split < static_cast<int>(parts.size()) &&
                                  part(columns.split) != "train");
      const auto found = videos.find(name);
      rows.push_back(
          {part(columns.label),
           found == videos.end() ? source.root / part(columns.label) / (name + ".mp4") : found->second,
           tests});
      names.insert(rows.back().label);
    }
  };
  read(split.file, split.lines, false);
  fs::path tests = source.test_split;
  if (tests.empty() && std::none_of(rows.begin(), rows.end(), [](const Row& row) { return row.test; }))
    tests = tests_beside(split.file);
  if (!tests.empty()) read(tests, read_lines(tests), true);
  Listed listed;
  listed.classes.assign(names.begin(), names.end());
  for (const Row& row : rows) {
    const auto label = std::lower_bound(listed.classes.begin(), listed.classes.end(), row.label);
    (row.test ? listed.test : listed.train)
        .push_back({row.path, static_cast<int>(label - listed.classes.begin())});
  }
  listed.has_test = !listed.test.empty();
  return listed;
}

}  // namespace rt3d::dataset
