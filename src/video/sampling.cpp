#include "video/sampling.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::video {

Sampling parse_sampling(const std::string& text) {
  if (text == "uniform") return Sampling::uniform;
  if (text == "consecutive") return Sampling::consecutive;
  fail(Code::invalid_argument, "sampling '", text, "' is not known: use uniform or consecutive");
}

std::int64_t frames_needed(Sampling sampling, std::int64_t frames, std::int64_t stride) {
  return sampling == Sampling::uniform ? frames : (frames - 1) * stride + 1;
}

std::vector<std::int64_t> sample_frames(Sampling sampling, std::int64_t total, std::int64_t frames,
                                        std::int64_t stride) {
  const std::int64_t needed = frames_needed(sampling, frames, stride);
  const bool too_short = total < needed;
  const std::int64_t step = sampling == Sampling::uniform ? 1 : stride;
  const std::int64_t start = too_short ? 0 : (total - needed) / 2;
  std::vector<std::int64_t> indices;
  for (std::int64_t k = 0; k < frames; ++k) {
    // total / frames * (k + 0.5), in integers.
    const std::int64_t wanted =
        sampling == Sampling::uniform && !too_short ? total * (2 * k + 1) / (2 * frames) : start + k * step;
    indices.push_back(std::min(wanted, total - 1));
  }
  return indices;
}

}  // namespace rt3d::video
