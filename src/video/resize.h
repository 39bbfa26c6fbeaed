// Bilinear resizing and cropping of frames, defined here so that a clip's numbers never depend on another
// library: output pixel x of a row resized from `from` to `to` pixels reads the input at (x + 0.5) * from /
// to - 0.5, clamped to the row, between its two neighbours (align_corners = false, no antialiasing), rows
// likewise; in float, without rounding.
#pragma once

#include "video/frame.h"

namespace rt3d::video {

struct Size {
  int height = 0;
  int width = 0;
  bool operator==(const Size&) const = default;
};

// The size with the shorter side `short_side` and the same proportions, the longer side rounded down.
Size short_side_size(Size frame, int short_side);

// The centred window of size `crop` of the frame resized to `resized`, as floats 0 to 255: three planes (red,
// green, blue) of crop.height x crop.width written `plane_stride` floats apart. The offset is rounded down.
// Requires crop <= resized.
void resize_crop(const Frame& frame, Size resized, Size crop, float* planes, std::ptrdiff_t plane_stride);

}  // namespace rt3d::video
