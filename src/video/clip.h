// From a video to a clip: sample, resize, crop, scale, normalise (docs/video.md). clip_layout.h lays it out as a network's input
// wants it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "video/resize.h"
#include "video/sampling.h"

namespace rt3d::video {

struct ClipSettings {
  std::int64_t frames = 16;
  Sampling sampling = Sampling::uniform;
  std::int64_t stride = 1;
  int short_side = 128;
  std::optional<Size> exact;  // resize to this instead of to the short side
  Size crop{112, 112};
  std::int64_t channels = 3;    // or 1, grey
  std::array<float, 3> mean{};  // in the order of the channels given to the network
  std::array<float, 3> deviation{};
  float scale = 1;  // multiplies the bytes before mean and deviation
  bool bgr = false;
};

struct Clip {
  std::vector<std::int64_t> shape;  // 1 x channels x frames x crop height x crop width
  std::vector<float> values;
  std::int64_t video_frames = 0;  // in the file
  int width = 0, height = 0;      // of the file's frames
  std::vector<std::string> warnings;
};

// Throws invalid_argument when a frame, resized, is smaller than the crop, and what read_video() throws. The caller
// warns about videos with fewer frames than frames_needed().
Clip read_clip(const std::filesystem::path& path, const ClipSettings& settings);

}  // namespace rt3d::video
