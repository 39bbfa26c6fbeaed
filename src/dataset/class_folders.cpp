#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/error.h"
#include "dataset/formats.h"

namespace rt3d::dataset {
namespace {

namespace fs = std::filesystem;

bool ends_as_one_of(const fs::path& file, const auto& endings) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool has_pictures(const fs::path& folder) {
  const std::vector<fs::directory_entry> inside = sorted_entries(folder);
  return std::any_of(inside.begin(), inside.end(),
                     [](const fs::directory_entry& entry) { return has_picture_name(entry.path()); });
}

}  // namespace

std::vector<fs::directory_entry> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> all;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (!at->path().filename().string().starts_with(".")) all.push_back(*at);
  throw_if_no_memory(error);
  if (error) fail(Code::io, "cannot read the folder ", folder.string(), ": ", error.message());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path() < b.path(); });
  return all;
}

bool has_video_name(const fs::path& file) {
  constexpr std::array<std::string_view, 13> kEndings{".mp4", ".avi", ".webm", ".mkv", ".mov",
                                                      ".m4v", ".mpg", ".mpeg", ".3gp", ".flv",
                                                      ".y4m", ".ogv", ".wmv"};
  return ends_as_one_of(file, kEndings);
}

bool has_picture_name(const fs::path& file) {
  constexpr std::array<std::string_view, 4> kEndings{".jpg", ".jpeg", ".png", ".bmp"};
  return ends_as_one_of(file, kEndings);
}

Listed read_class_folders(const Source& source) {
  Listed listed;
  for (const fs::directory_entry& folder : sorted_entries(source.root)) {
    if (!folder.is_directory()) continue;
    std::vector<Sample> samples;
    const auto label = static_cast<int>(listed.classes.size());
    for (const fs::directory_entry& entry : sorted_entries(folder.path()))
      if (entry.is_directory() ? has_pictures(entry.path()) : has_video_name(entry.path()))
        samples.push_back({entry.path(), label});
    if (samples.empty()) continue;
    listed.classes.push_back(folder.path().filename().string());
    listed.train.insert(listed.train.end(), samples.begin(), samples.end());
  }
  if (listed.classes.empty())
    fail(Code::invalid_argument, source.root.string(),
         " has no folders with videos: one folder for each class is expected, or a list (--split)");
  return listed;
}

}  // namespace rt3d::dataset
