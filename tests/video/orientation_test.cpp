#include "video/orientation.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "scratch.h"
#include "video/made_video.h"
#include "video/video.h"

TEST_SUITE_BEGIN("video");

namespace rt3d::video {
namespace {

using tests::Scratch;

constexpr std::int32_t kOne = 1 << 16;

DisplayMatrix matrix_of(int a, int b, int c, int d) {
  return {a * kOne, b * kOne, 0, c * kOne, d * kOne, 0, 0, 0, 1 << 30};
}

// Every pixel another colour.
Frame numbered(int width, int height) {
  Frame frame{width, height, {}};
  for (int i = 0; i < width * height; ++i)
    frame.rgb.insert(frame.rgb.end(), {std::uint8_t(10 * i), std::uint8_t(255 - 7 * i), std::uint8_t(i)});
  return frame;
}

// The definition: pixel (p, q) goes to (a p + c q, b p + d q), moved to where the least coordinates are 0.
Frame shown(const Frame& frame, int a, int b, int c, int d) {
  Frame result{std::abs(a) * frame.width + std::abs(c) * frame.height,
               std::abs(b) * frame.width + std::abs(d) * frame.height,
               {}};
  result.rgb.resize(frame.rgb.size());
  const int left = std::min(0, a * (frame.width - 1)) + std::min(0, c * (frame.height - 1));
  const int top = std::min(0, b * (frame.width - 1)) + std::min(0, d * (frame.height - 1));
  for (int q = 0; q < frame.height; ++q)
    for (int p = 0; p < frame.width; ++p) {
      const std::uint8_t* from = frame.pixel(p, q);
      const int x = a * p + c * q - left, y = b * p + d * q - top;
      std::copy_n(from, 3, result.rgb.begin() + (y * result.width + x) * 3);
    }
  return result;
}

constexpr int kEight[8][4] = {{1, 0, 0, 1},  {-1, 0, 0, 1}, {1, 0, 0, -1}, {-1, 0, 0, -1},
                              {0, 1, -1, 0}, {0, -1, 1, 0}, {0, 1, 1, 0},  {0, -1, -1, 0}};

bool same(const Frame& a, const Frame& b) {
  return a.width == b.width && a.height == b.height && a.rgb == b.rgb;
}

}  // namespace

TEST_CASE("frames are shown as each of the eight display matrices says, whatever its scale") {
  const Frame frame = numbered(4, 3);
  for (const auto& [a, b, c, d] : kEight) {
    const std::string matrix_text = cat(a, " ", b, " ", c, " ", d);
    CAPTURE(matrix_text);
    for (const int scale : {1, 3}) {
      const auto orientation = orientation_of(matrix_of(a * scale, b * scale, c * scale, d * scale));
      REQUIRE(orientation.has_value());
      CHECK(same(oriented(frame, *orientation), shown(frame, a, b, c, d)));
    }
  }
  // A phone held upright: what is stored top left is shown top right.
  CHECK(oriented(frame, *orientation_of(turn_matrix(90))).pixel(2, 0)[0] == frame.pixel(0, 0)[0]);
}

TEST_CASE("turns within a degree of a quarter are quarters, all others are none") {
  for (const double degrees : {0.5, 89.4, 180.7, -90.2})
    CHECK(orientation_of(turn_matrix(degrees)).has_value());
  for (const double degrees : {45.0, 30.0, 2.0, 91.5, 135.0})
    CHECK_FALSE(orientation_of(turn_matrix(degrees)).has_value());
  CHECK_FALSE(orientation_of(matrix_of(0, 0, 0, 0)).has_value());
  CHECK_FALSE(orientation_of(matrix_of(1, 0, 1, 0)).has_value());
}

TEST_CASE("videos are turned and mirrored as their files ask for") {
  const Scratch scratch;
  const Frame frame = numbered(4, 3);
  const auto first = [](std::int64_t) { return std::vector<std::int64_t>{0}; };
  for (const auto& [a, b, c, d] : kEight) {
    const DisplayMatrix matrix = matrix_of(a, b, c, d);
    write_video(scratch.path("turned.mov"), {frame}, &matrix);
    const Video video = read_video(scratch.path("turned.mov"), first);
    const std::string matrix_text = cat(a, " ", b, " ", c, " ", d);
    CAPTURE(matrix_text);
    CHECK(same(video.frames.at(0), shown(frame, a, b, c, d)));
    CHECK(video.warnings.empty());
  }
  const DisplayMatrix crooked = turn_matrix(45);
  write_video(scratch.path("crooked.mov"), {frame}, &crooked);
  const Video video = read_video(scratch.path("crooked.mov"), first);
  CHECK(same(video.frames.at(0), frame));
  REQUIRE(video.warnings.size() == 1);
  CHECK(video.warnings[0].find("no quarter turn") != std::string::npos);
}

}  // namespace rt3d::video

TEST_SUITE_END();
