// How a video's frames are turned and mirrored before they are shown, as its file asks for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "video/frame.h"

namespace rt3d::video {

// First rows and columns change places, then the columns' order is reversed, then the rows'.
struct Orientation {
  bool transpose = false;
  bool mirror_x = false;
  bool mirror_y = false;
  bool operator==(const Orientation&) const = default;
};

// The matrix a b u, c d v, x y w of an MP4's track header or FFmpeg's display matrix: pixel (p, q) is shown at
// (a p + c q + x, b p + d q + y). Quarter turns with or without a mirror to within a degree, whatever the scale; nothing for
// all others.
using DisplayMatrix = std::array<std::int32_t, 9>;
std::optional<Orientation> orientation_of(const DisplayMatrix& matrix);

Frame oriented(const Frame& frame, Orientation orientation);

}  // namespace rt3d::video
