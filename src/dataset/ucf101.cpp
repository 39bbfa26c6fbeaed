#include <map>
#include <string_view>

#include "base/error.h"
#include "dataset/formats.h"

namespace rt3d::dataset {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kTrain = "trainlist", kTest = "testlist", kClasses = "classInd.txt";

// classInd.txt: "1 ApplyEyeMakeup", from 1, in order. Names of classes to their labels.
std::map<std::string, int> read_classes(const fs::path& file, std::vector<std::string>& names) {
  std::map<std::string, int> labels;
  for (const Line& line : read_lines(file)) {
    const std::vector<std::string> parts = split_spaces(line.text);
    if (parts.size() != 2 || whole_number(parts[0], file, line.number) != static_cast<int>(names.size()) + 1)
      fail(Code::invalid_argument, at_line(file, line.number), "'", line.text, "' should be '",
           names.size() + 1, " <class>'");
    if (!labels.emplace(parts[1], static_cast<int>(names.size())).second)
      fail(Code::invalid_argument, at_line(file, line.number), "the class '", parts[1],
           "' stands there twice");
    names.push_back(parts[1]);
  }
  return labels;
}

// The list of the other kind with the same number: trainlist02.txt and testlist02.txt.
fs::path sibling(const fs::path& file, std::string_view from, std::string_view to) {
  std::string name = file.filename().string();
  return file.parent_path() / name.replace(name.find(from), from.size(), to);
}

}  // namespace

bool is_ucf101(const Split& split) {
  const std::string name = split.file.filename().string();
  return name.starts_with(kTrain) || name.starts_with(kTest);
}

// A video's class is the folder before its name: the name itself spells one class another way (v_HandStandPushups_… of HandstandPushups).
Listed read_ucf101(const Source& source, const Split& split) {
  Listed listed;
  listed.has_test = true;
  const fs::path class_file = split.file.parent_path() / kClasses;
  const std::map<std::string, int> labels = read_classes(class_file, listed.classes);
  const auto read = [&](const fs::path& file, std::vector<Sample>& samples) {
    for (const Line& line : read_lines(file)) {
      const std::vector<std::string> parts = split_spaces(line.text);
      const fs::path relative(parts[0]);
      const auto label = labels.find(relative.parent_path().filename().string());
      if (label == labels.end() || parts.size() > 2)
        fail(Code::invalid_argument, at_line(file, line.number), "'", line.text,
             "' should be '<class>/<video> [<label>]' with a class of ", class_file.string());
      if (parts.size() == 2 && whole_number(parts[1], file, line.number) != label->second + 1)
        fail(Code::invalid_argument, at_line(file, line.number), "the label ", parts[1], " is not that of '",
             label->first, "', ", label->second + 1, ", in ", class_file.string());
      samples.push_back({below(source.root, relative), label->second});
    }
  };
  const bool given_train = split.file.filename().string().starts_with(kTrain);
  read(given_train ? split.file : sibling(split.file, kTest, kTrain), listed.train);
  read(given_train ? sibling(split.file, kTrain, kTest) : split.file, listed.test);
  return listed;
}

}  // namespace rt3d::dataset
