#include "video/orientation.h"

#include <cmath>

namespace rt3d::video {
namespace {

constexpr double kDegree = 0.01746;  // the tangent of one

bool along(double large, double small) { return large != 0 && std::abs(small) <= kDegree * std::abs(large); }

}  // namespace

std::optional<Orientation> orientation_of(const DisplayMatrix& matrix) {
  const double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  if (along(a, b) && along(d, c)) return Orientation{false, a < 0, d < 0};
  if (along(b, a) && along(c, d)) return Orientation{true, c < 0, b < 0};
  return std::nullopt;
}

Frame oriented(const Frame& frame, Orientation orientation) {
  if (orientation == Orientation{}) return frame;
  const auto [transpose, mirror_x, mirror_y] = orientation;
  Frame result{frame.width, frame.height, std::vector<std::uint8_t>(frame.rgb.size())};
  if (transpose) std::swap(result.width, result.height);
  std::uint8_t* to = result.rgb.data();
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x, to += 3) {
      const int column = mirror_x ? result.width - 1 - x : x;
      const int row = mirror_y ? result.height - 1 - y : y;
      const std::uint8_t* from = transpose ? frame.pixel(row, column) : frame.pixel(column, row);
      to[0] = from[0], to[1] = from[1], to[2] = from[2];
    }
  }
  return result;
}

}  // namespace rt3d::video
