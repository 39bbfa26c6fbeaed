#include "video/clip.h"

#include <algorithm>

#include "base/error.h"
#include "video/video.h"

namespace rt3d::video {
namespace {

// The clip's three planes as one: the luma of ITU-R BT.601, as image libraries make grey.
void to_grey(Clip& clip, std::int64_t plane_floats) {
  for (std::int64_t i = 0; i < plane_floats; ++i) {
    float* red = clip.values.data() + i;
    *red = 0.299f * red[0] + 0.587f * red[plane_floats] + 0.114f * red[2 * plane_floats];
  }
  clip.values.resize(static_cast<std::size_t>(plane_floats));
  clip.shape[1] = 1;
}

}  // namespace

Clip read_clip(const std::filesystem::path& path, const ClipSettings& settings) {
  const Video video = read_video(path, [&](std::int64_t total) {
    return sample_frames(settings.sampling, total, settings.frames, settings.stride);
  });
  const Size crop = settings.crop;
  const std::int64_t frame_floats = static_cast<std::int64_t>(crop.height) * crop.width;
  const std::int64_t plane_stride = settings.frames * frame_floats;
  Clip clip{{1, 3, settings.frames, crop.height, crop.width}, {}, video.total, 0, 0, video.warnings};
  clip.values.resize(static_cast<std::size_t>(3 * plane_stride));
  for (std::size_t k = 0; k < video.frames.size(); ++k) {
    const Frame& frame = video.frames[k];
    const Size size =
        settings.exact.value_or(short_side_size({frame.height, frame.width}, settings.short_side));
    if (size.height < crop.height || size.width < crop.width) {
      fail(Code::invalid_argument, path.string(), ": its frames are ", size.height, "x", size.width,
           " after resizing, less than the crop of ", crop.height, "x", crop.width,
           ": give a larger --short-side or a smaller --crop");
    }
    resize_crop(frame, size, crop, clip.values.data() + static_cast<std::int64_t>(k) * frame_floats,
                plane_stride);
    clip.width = frame.width, clip.height = frame.height;
  }
  if (settings.bgr) {
    std::swap_ranges(clip.values.begin(), clip.values.begin() + plane_stride,
                     clip.values.begin() + 2 * plane_stride);
  }
  if (settings.channels == 1) to_grey(clip, plane_stride);
  for (std::int64_t c = 0; c < settings.channels; ++c) {
    const float mean = settings.mean[static_cast<std::size_t>(c)];
    const float deviation = settings.deviation[static_cast<std::size_t>(c)];
    float* plane = clip.values.data() + c * plane_stride;
    for (std::int64_t i = 0; i < plane_stride; ++i) plane[i] = (plane[i] * settings.scale - mean) / deviation;
  }
  return clip;
}

}  // namespace rt3d::video
