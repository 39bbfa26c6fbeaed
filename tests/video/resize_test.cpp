#include "video/resize.h"

#include <doctest/doctest.h>

#include <vector>

TEST_SUITE_BEGIN("video");

namespace rt3d::video {
namespace {

Frame ramp(int width, int height) {
  Frame frame{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      frame.rgb.insert(frame.rgb.end(), {std::uint8_t(10 * x), std::uint8_t(20 * y), 7});
  }
  return frame;
}

}  // namespace

TEST_CASE("resizing is bilinear with half-pixel centres and clamped borders") {
  const Frame frame = ramp(4, 2);
  std::vector<float> planes(3 * 4 * 8);
  resize_crop(frame, {4, 8}, {4, 8}, planes.data(), 32);
  const float red[] = {0, 2.5f, 7.5f, 12.5f, 17.5f, 22.5f, 27.5f, 30};
  const float green[] = {0, 5, 15, 20};
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 8; ++x) {
      CHECK(planes[static_cast<std::size_t>(y * 8 + x)] == doctest::Approx(red[x]));
      CHECK(planes[static_cast<std::size_t>(32 + y * 8 + x)] == doctest::Approx(green[y]));
      CHECK(planes[static_cast<std::size_t>(64 + y * 8 + x)] == doctest::Approx(7));
    }
  }
  // Halving reads between pixels 2 x and 2 x + 1.
  std::vector<float> half(3 * 2);
  resize_crop(frame, {1, 2}, {1, 2}, half.data(), 2);
  CHECK(half[0] == doctest::Approx(5));
  CHECK(half[1] == doctest::Approx(25));
  CHECK(half[2] == doctest::Approx(10));
}

TEST_CASE("the crop is centred in the resized frame") {
  const Frame frame = ramp(8, 6);
  std::vector<float> planes(3 * 2 * 3);
  resize_crop(frame, {6, 8}, {2, 3}, planes.data(), 6);
  const float expected[] = {20, 30, 40, 20, 30, 40, 40, 40, 40, 60, 60, 60};
  for (std::size_t i = 0; i < 12; ++i) CHECK(planes[i] == expected[i]);
}

TEST_CASE("the short side keeps the proportions, the long side is rounded down") {
  CHECK(short_side_size({240, 320}, 128) == Size{128, 170});
  CHECK(short_side_size({320, 240}, 128) == Size{170, 128});
  CHECK(short_side_size({100, 100}, 50) == Size{50, 50});
}

}  // namespace rt3d::video

TEST_SUITE_END();
