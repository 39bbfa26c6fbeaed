#include "video/sampling.h"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("video");

namespace rt3d::video {
namespace {

using Indices = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("uniform sampling takes the middles of equal parts") {
  CHECK(sample_frames(Sampling::uniform, 16, 4, 1) == Indices{2, 6, 10, 14});
  CHECK(sample_frames(Sampling::uniform, 4, 4, 9) == Indices{0, 1, 2, 3});
  CHECK(sample_frames(Sampling::uniform, 10, 4, 1) == Indices{1, 3, 6, 8});
  CHECK(sample_frames(Sampling::uniform, 301, 1, 1) == Indices{150});
}

TEST_CASE("consecutive sampling takes a centred span with a stride") {
  CHECK(sample_frames(Sampling::consecutive, 16, 4, 1) == Indices{6, 7, 8, 9});
  CHECK(sample_frames(Sampling::consecutive, 16, 4, 3) == Indices{3, 6, 9, 12});
  CHECK(sample_frames(Sampling::consecutive, 4, 4, 1) == Indices{0, 1, 2, 3});
}

TEST_CASE("a video that is too short repeats its last frame") {
  CHECK(sample_frames(Sampling::uniform, 2, 4, 1) == Indices{0, 1, 1, 1});
  CHECK(sample_frames(Sampling::consecutive, 5, 4, 2) == Indices{0, 2, 4, 4});
  CHECK(sample_frames(Sampling::consecutive, 1, 3, 2) == Indices{0, 0, 0});
  CHECK(frames_needed(Sampling::consecutive, 4, 2) == 7);
}

}  // namespace rt3d::video

TEST_SUITE_END();
