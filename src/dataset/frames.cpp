#include "dataset/frames.h"

#include <cmath>

#include "base/error.h"
#include "dataset/formats.h"

namespace rt3d::dataset {
namespace {

namespace fs = std::filesystem;

video::Video read_pictures(const fs::path& folder, const video::FrameChoice& choose) {
  std::vector<fs::path> pictures;
  for (const fs::directory_entry& entry : sorted_entries(folder))
    if (has_picture_name(entry.path())) pictures.push_back(entry.path());
  if (pictures.empty()) fail(Code::io, "there are no pictures in the folder ", folder.string());
  video::Video video;
  video.total = static_cast<std::int64_t>(pictures.size());
  std::int64_t last = -1;
  for (const std::int64_t index : choose(video.total)) {
    if (index == last) {
      video.frames.push_back(video.frames.back());
      continue;
    }
    last = index;
    video::Video one = video::read_video(pictures[static_cast<std::size_t>(index)],
                                         [](std::int64_t) { return std::vector<std::int64_t>{0}; });
    video.frames.push_back(std::move(one.frames.at(0)));
  }
  return video;
}

}  // namespace

Frames read_frames(const fs::path& path, const video::FrameChoice& choose, int short_side) {
  std::error_code error;
  const video::Video video =
      fs::is_directory(path, error) ? read_pictures(path, choose) : video::read_video(path, choose);
  Frames frames;
  frames.count = static_cast<std::int64_t>(video.frames.size());
  std::vector<float> planes;
  for (const video::Frame& frame : video.frames) {
    const video::Size size = video::short_side_size({frame.height, frame.width}, short_side);
    if (frames.bytes.empty()) frames.size = size;
    if (size != frames.size) fail(Code::io, path.string(), ": its frames differ in their proportions");
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(size.height) * size.width;
    planes.resize(static_cast<std::size_t>(3 * plane));
    video::resize_crop(frame, size, size, planes.data(), plane);
    for (const float value : planes) frames.bytes.push_back(static_cast<std::uint8_t>(std::lround(value)));
  }
  return frames;
}

}  // namespace rt3d::dataset
