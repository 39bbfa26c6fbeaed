#include "dataset/protocol.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::dataset {

std::string Protocol::text() const {
  const bool uniform = sampling == video::Sampling::uniform;
  return cat(frames, " frames ", uniform ? "uniform" : "consecutive",
             uniform || stride == 1 ? "" : cat(" with stride ", stride), ", short side ", short_side,
             ", crop ", crop.height, "x", crop.width, ", ", clips, clips == 1 ? " clip x " : " clips x ",
             crops, crops == 1 ? " crop" : " crops");
}

void check(const Protocol& p) {
  const auto in_range = [](const char* what, std::int64_t value, std::int64_t most) {
    if (value < 1 || value > most)
      fail(Code::invalid_argument, what, " ", value, " is out of range: 1 to ", most);
  };
  in_range("frames", p.frames, 1 << 12);
  in_range("stride", p.stride, 1 << 12);
  in_range("short side", p.short_side, 1 << 12);
  in_range("crop height", p.crop.height, 1 << 12);
  in_range("crop width", p.crop.width, 1 << 12);
  in_range("clips", p.clips, 1 << 10);
  if (p.crops != 1 && p.crops != 3)
    fail(Code::invalid_argument, "crops ", p.crops,
         " is not known: 1, the centre, or 3, along the longer side");
  if (std::max(p.crop.height, p.crop.width) > p.short_side)
    fail(Code::invalid_argument, "a crop of ", p.crop.height, "x", p.crop.width,
         " does not fit into frames whose ", "short side is ", p.short_side);
}

std::vector<std::int64_t> frames_from(const Protocol& p, std::int64_t total, double share) {
  const std::int64_t needed = video::frames_needed(p.sampling, p.frames, p.stride);
  if (total < needed) return video::sample_frames(p.sampling, total, p.frames, p.stride);
  std::vector<std::int64_t> indices;
  const bool uniform = p.sampling == video::Sampling::uniform;
  const auto start = static_cast<std::int64_t>(share * static_cast<double>(total - needed) + 0.5);
  for (std::int64_t k = 0; k < p.frames; ++k) {
    const double part = static_cast<double>(total) / static_cast<double>(p.frames);
    const std::int64_t index =
        uniform ? static_cast<std::int64_t>(part * (static_cast<double>(k) + share)) : start + k * p.stride;
    indices.push_back(std::min(index, total - 1));
  }
  return indices;
}

std::vector<std::int64_t> clip_frames(const Protocol& p, std::int64_t total, int clip) {
  if (p.clips == 1) return video::sample_frames(p.sampling, total, p.frames, p.stride);
  const double share = p.sampling == video::Sampling::uniform ? (clip + 0.5) / p.clips
                                                              : static_cast<double>(clip) / (p.clips - 1);
  return frames_from(p, total, share);
}

Corner crop_corner(const Protocol& p, video::Size frame, int crop) {
  const int down = frame.height - p.crop.height, right = frame.width - p.crop.width;
  if (p.crops == 1) return {down / 2, right / 2};
  return frame.height > frame.width ? Corner{down * crop / 2, right / 2} : Corner{down / 2, right * crop / 2};
}

}  // namespace rt3d::dataset
