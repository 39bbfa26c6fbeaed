// Which frames of a video make the clip that a network sees.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rt3d::video {

enum class Sampling { uniform, consecutive };

Sampling parse_sampling(const std::string& text);  // "uniform" or "consecutive"; throws invalid_argument

// Ascending indices, one per wanted frame, into a video of `total` >= 1 frames.
//   uniform:     index k = int(total / frames * (k + 0.5)): the middles of `frames` equal parts of the whole
//   video. consecutive: every `stride`-th frame of a span centred in the video.
// A video that is too short gives its frames from the start, the last one repeated.
std::vector<std::int64_t> sample_frames(Sampling sampling, std::int64_t total, std::int64_t frames,
                                        std::int64_t stride);

// How many frames a video must have for the sampling to repeat none.
std::int64_t frames_needed(Sampling sampling, std::int64_t frames, std::int64_t stride);

}  // namespace rt3d::video
