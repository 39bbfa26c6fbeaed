#include "dataset/dataset.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/random.h"
#include "dataset/formats.h"

namespace rt3d::dataset {
namespace {

namespace fs = std::filesystem;

struct Format {
  const char* name;
  bool (*recognised)(const Split& split);
  Listed (*read)(const Source& source, const Split& split);
};
// The first that recognises a split reads it.
constexpr std::array kFormats{
    Format{"UCF101", is_ucf101, read_ucf101}, Format{"HMDB51", is_hmdb51, read_hmdb51},
    Format{"Kinetics", is_kinetics, read_kinetics}, Format{"list of paths", is_path_list, read_path_list}};

// Without the samples that are not there.
void leave_out_missing(std::vector<Sample>& samples, const char* purpose,
                       std::vector<std::string>& warnings) {
  const std::size_t listed = samples.size();
  fs::path first;
  std::erase_if(samples, [&](const Sample& sample) {
    std::error_code error;
    if (fs::exists(sample.path, error)) return false;
    if (first.empty()) first = sample.path;
    return true;
  });
  if (samples.size() < listed)
    warnings.push_back(cat(listed - samples.size(), " of ", listed, " videos to ", purpose,
                           " with are not there; the first is ", first.string()));
}

// Moves a share of each class from what is trained with to what is tested with, of a class with two or more at least one each.
void hold_out(const Source& source, std::size_t classes, std::vector<Sample>& train,
              std::vector<Sample>& test) {
  std::vector<Sample> kept;
  for (std::size_t label = 0; label < classes; ++label) {
    std::vector<Sample> of_class;
    for (const Sample& sample : train)
      if (sample.label == static_cast<int>(label)) of_class.push_back(sample);
    Random random(source.seed + label * 0x9e3779b9U);
    for (std::size_t i = of_class.size(); i > 1; --i)
      std::swap(of_class[i - 1],
                of_class[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
    const auto count = static_cast<double>(of_class.size());
    const auto held =
        of_class.size() < 2
            ? std::ptrdiff_t{0}
            : static_cast<std::ptrdiff_t>(std::clamp(count * source.held_out + 0.5, 1.0, count - 1));
    test.insert(test.end(), of_class.begin(), of_class.begin() + held);
    kept.insert(kept.end(), of_class.begin() + held, of_class.end());
  }
  const auto by_path = [](const Sample& a, const Sample& b) { return a.path < b.path; };
  std::sort(kept.begin(), kept.end(), by_path);
  std::sort(test.begin(), test.end(), by_path);
  train = std::move(kept);
}

Listed read_split(const Source& source, std::string& format) {
  const Split split{source.split, read_lines(source.split)};
  const auto row =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& f) { return f.recognised(split); });
  if (row == kFormats.end())
    fail(Code::invalid_argument, source.split.string(),
         split.lines.empty()
             ? " is empty"
             : " is no list that is known: UCF101's trainlist01.txt, HMDB51's "
               "<class>_test_split1.txt, a CSV file as Kinetics has, or lines '<path> <label>'");
  format = row->name;
  return row->read(source, split);
}

}  // namespace

fs::path below(const fs::path& root, const fs::path& relative) {
  fs::path whole = root / relative;
  std::error_code error;
  if (!fs::exists(whole, error))
    if (fs::path flat = root / relative.filename(); fs::exists(flat, error)) return flat;
  return whole;
}

Dataset read_dataset(const Source& source) {
  std::error_code error;
  if (!fs::is_directory(source.root, error))
    fail(Code::io, source.root.string(), " is no folder: give the one that has the videos");
  if (!(source.held_out > 0 && source.held_out < 1))
    fail(Code::invalid_argument, "the share to test with, ", source.held_out, ", should lie between 0 and 1");
  Dataset dataset;
  dataset.format = "folder for each class";
  Listed listed = source.split.empty() ? read_class_folders(source) : read_split(source, dataset.format);
  dataset.classes = std::move(listed.classes);
  dataset.train = std::move(listed.train);
  dataset.test = std::move(listed.test);
  const std::string where = (source.split.empty() ? source.root : source.split).string();
  if (dataset.classes.size() < 2)
    fail(Code::invalid_argument, where, " has ",
         dataset.classes.empty() ? "no class" : cat("one class, '", dataset.classes[0], "',"),
         ": a network is trained to tell two or more apart");
  const std::size_t named = dataset.train.size() + dataset.test.size();
  const fs::path example =
      named == 0 ? fs::path() : (dataset.train.empty() ? dataset.test : dataset.train)[0].path;
  leave_out_missing(dataset.train, "train", dataset.warnings);
  leave_out_missing(dataset.test, "test", dataset.warnings);
  if (named > 0 && dataset.train.empty() && dataset.test.empty())
    fail(Code::invalid_argument, "none of the ", named, " videos of ", where, " lies below ",
         source.root.string(), ": there is no ", example.string());
  if (!listed.has_test) hold_out(source, dataset.classes.size(), dataset.train, dataset.test);
  if (dataset.train.empty()) fail(Code::invalid_argument, where, " has no video to train with");
  if (dataset.test.empty()) fail(Code::invalid_argument, where, " has no video to test with");
  return dataset;
}

}  // namespace rt3d::dataset
