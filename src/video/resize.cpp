#include "video/resize.h"

#include <algorithm>

namespace rt3d::video {
namespace {

// The two input positions that an output position reads, and the second one's weight.
struct Tap {
  int first = 0;
  int second = 0;
  float weight = 0;
};

std::vector<Tap> taps(int from, int to, int offset, int count) {
  std::vector<Tap> result(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const double exact = (offset + i + 0.5) * from / to - 0.5;
    const double at = std::clamp(exact, 0.0, static_cast<double>(from - 1));
    Tap& tap = result[static_cast<std::size_t>(i)];
    tap.first = static_cast<int>(at);
    tap.second = std::min(tap.first + 1, from - 1);
    tap.weight = static_cast<float>(at - tap.first);
  }
  return result;
}

}  // namespace

Size short_side_size(Size frame, int short_side) {
  const auto scaled = [&](int longer, int shorter) {
    return static_cast<int>(static_cast<std::int64_t>(short_side) * longer / shorter);
  };
  if (frame.height <= frame.width) return {short_side, scaled(frame.width, frame.height)};
  return {scaled(frame.height, frame.width), short_side};
}

void resize_crop(const Frame& frame, Size resized, Size crop, float* planes, std::ptrdiff_t plane_stride) {
  const std::vector<Tap> rows =
      taps(frame.height, resized.height, (resized.height - crop.height) / 2, crop.height);
  const std::vector<Tap> columns =
      taps(frame.width, resized.width, (resized.width - crop.width) / 2, crop.width);
  float* out = planes;
  for (const Tap& row : rows) {
    for (const Tap& column : columns) {
      const std::uint8_t* top_left = frame.pixel(column.first, row.first);
      const std::uint8_t* top_right = frame.pixel(column.second, row.first);
      const std::uint8_t* bottom_left = frame.pixel(column.first, row.second);
      const std::uint8_t* bottom_right = frame.pixel(column.second, row.second);
      for (int c = 0; c < 3; ++c) {
        const float top = static_cast<float>(top_left[c]) * (1 - column.weight) +
                          static_cast<float>(top_right[c]) * column.weight;
        const float bottom = static_cast<float>(bottom_left[c]) * (1 - column.weight) +
                             static_cast<float>(bottom_right[c]) * column.weight;
        out[c * plane_stride] = top * (1 - row.weight) + bottom * row.weight;
      }
      ++out;
    }
  }
}

}  // namespace rt3d::video
