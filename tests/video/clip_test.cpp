#include "video/clip.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "scratch.h"
#include "video/made_video.h"

TEST_SUITE_BEGIN("video");

namespace rt3d::video {
namespace {

using tests::Scratch;

using Indices = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a clip is scaled, normalised and laid out as n c d h w") {
  const Scratch scratch;
  const std::string path = scratch.write("grey.y4m", grey_video(8, 24, 12));
  ClipSettings settings;
  settings.frames = 2, settings.short_side = 6, settings.crop = {4, 5};
  settings.mean = {0.5f, 0.25f, 0}, settings.deviation = {0.5f, 1, 2}, settings.scale = 1.0f / 255;
  const Clip clip = read_clip(path, settings);
  CHECK(clip.shape == Indices{1, 3, 2, 4, 5});
  CHECK(clip.video_frames == 8);
  REQUIRE(clip.values.size() == 120);
  const int sampled[] = {2, 6};
  for (std::size_t d = 0; d < 2; ++d) {
    const double grey = grey_level(sampled[d]) / 255.0;
    CHECK(clip.values[d * 20] == doctest::Approx((grey - 0.5) / 0.5).epsilon(0.02));
    CHECK(clip.values[40 + d * 20 + 19] == doctest::Approx(grey - 0.25).epsilon(0.05));
    CHECK(clip.values[80 + d * 20 + 7] == doctest::Approx(grey / 2).epsilon(0.02));
  }
}

TEST_CASE("a crop larger than the resized frames is refused with both sizes") {
  const Scratch scratch;
  const std::string path = scratch.write("small.y4m", grey_video(2, 16, 16));
  ClipSettings settings;
  settings.frames = 2, settings.short_side = 8, settings.crop = {16, 16};
  try {
    read_clip(path, settings);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid_argument);
    CHECK(std::string(error.what()) == path +
                                           ": its frames are 8x8 after resizing, less than the crop of "
                                           "16x16: give a larger --short-side or a smaller --crop");
  }
}

}  // namespace rt3d::video

TEST_SUITE_END();
