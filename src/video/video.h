// Decodes chosen frames of a video file with FFmpeg. Only decoding and the conversion to RGB are FFmpeg's;
// resizing and everything after it is this project's own (resize.h), so that results do not depend on
// FFmpeg's scaler.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "video/frame.h"

namespace rt3d::video {

struct Video {
  std::int64_t total = 0;             // frames in the file that decode
  std::int64_t errors = 0;            // what did not, or only in part
  std::vector<Frame> frames;          // the chosen ones
  std::vector<std::string> warnings;  // a damaged or cut file; a turn that is no quarter turn
};

// Given the number of frames, the ascending indices of those wanted; an index may repeat.
using FrameChoice = std::function<std::vector<std::int64_t>(std::int64_t total)>;

// Keeps only the chosen frames in memory. Quarter turns and mirrors that the file asks for (phones write them) are applied.
// Throws io when the file is missing, is not a video, or does not decode, unsupported when nothing here can decode it.
Video read_video(const std::filesystem::path& path, const FrameChoice& choose);

}  // namespace rt3d::video
