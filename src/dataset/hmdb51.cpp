#include <string_view>

#include "base/error.h"
#include "dataset/formats.h"

namespace rt3d::dataset {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPart = "_test_split";

// "_test_split1.txt" of brush_hair_test_split1.txt; "" where the name is another one.
std::string ending(const fs::path& file) {
  const std::string name = file.filename().string();
  const std::size_t at = name.rfind(kPart);
  return at == std::string::npos || at == 0 ? "" : name.substr(at);
}

}  // namespace

bool is_hmdb51(const Split& split) { return !ending(split.file).empty(); }

Listed read_hmdb51(const Source& source, const Split& split) {
  Listed listed;
  listed.has_test = true;
  const std::string end = ending(split.file);
  const fs::path folder = split.file.has_parent_path() ? split.file.parent_path() : fs::path(".");
  enum Use { unused, train, test };
  for (const fs::directory_entry& entry : sorted_entries(folder)) {
    const fs::path& file = entry.path();
    if (ending(file) != end) continue;
    const std::string name = file.filename().string(), of = name.substr(0, name.size() - end.size());
    const auto label = static_cast<int>(listed.classes.size());
    listed.classes.push_back(of);
    for (const Line& line : read_lines(file)) {
      const std::vector<std::string> parts = split_spaces(line.text);
      const int use = parts.size() == 2 ? whole_number(parts[1], file, line.number) : -1;
      if (use < unused || use > test)
        fail(Code::invalid_argument, at_line(file, line.number), "'", line.text,
             "' should be '<video> <0, 1 or 2>': unused, to train with, to test with");
      if (use == unused) continue;
      (use == train ? listed.train : listed.test)
          .push_back({below(source.root, fs::path(of) / parts[0]), label});
    }
  }
  return listed;
}

}  // namespace rt3d::dataset
