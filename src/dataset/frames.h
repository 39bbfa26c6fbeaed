// Chosen frames of a video, resized, as bytes: what clips are cut from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "video/resize.h"
#include "video/video.h"

namespace rt3d::dataset {

struct Frames {
  std::int64_t count = 0;
  video::Size size;
  std::vector<std::uint8_t> bytes;  // count x 3 (red, green, blue) x height x width, rounded to the nearest

  const std::uint8_t* plane(std::int64_t frame, int channel) const {
    return bytes.data() + (frame * 3 + channel) * size.height * size.width;
  }
};

// Of a video file, or of a folder whose pictures, in the order of their names, are the frames. Resized by the rule of video/resize.h to the
// short side. Throws as read_video() does, and io for a folder without pictures or with pictures of different sizes.
Frames read_frames(const std::filesystem::path& path, const video::FrameChoice& choose, int short_side);

}  // namespace rt3d::dataset
