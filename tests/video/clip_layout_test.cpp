#include "video/clip_layout.h"

#include <doctest/doctest.h>

#include "base/error.h"

TEST_SUITE_BEGIN("video");

namespace rt3d::video {
namespace {

using Indices = std::vector<std::int64_t>;

// "ncthw ntchw": the names of the layouts that fit.
std::string fitting(const Indices& shape) {
  std::string names;
  for (const ClipLayout* layout : fitting_layouts(shape))
    names += (names.empty() ? "" : " ") + std::string(layout->name);
  return names;
}

}  // namespace

TEST_CASE("the layout of a clip is found where one dimension can hold the channels") {
  CHECK(fitting({1, 3, 16, 112, 112}) == "ncthw");
  CHECK(fitting({-1, 3, -1, -1, -1}) == "ncthw");
  CHECK(fitting({1, 1, 16, 112, 112}) == "ncthw");
  CHECK(fitting({1, 1, 1, 112, 112}) == "ncthw");
  CHECK(fitting({1, 16, 3, 112, 112}) == "ntchw");
  CHECK(fitting({1, -1, 3, 112, 112}) == "ntchw");
  CHECK(fitting({1, 16, 112, 112, 3}) == "nthwc");
  CHECK(fitting({1, 16, 112, 112, 1}) == "nthwc");
  CHECK(fitting({1, -1, 16, 112, 112}) == "ncthw");
  CHECK(fitting({1, 2, 16, 112, 112}).empty());
  CHECK(fitting({1, 3, 112, 112}).empty());
}

TEST_CASE("where several layouts fit and differ, all of them are told") {
  CHECK(fitting({1, 3, 3, 112, 112}) == "ncthw ntchw");
  CHECK(fitting({1, 3, 1, 112, 112}) == "ncthw ntchw");
  CHECK(fitting({1, 3, 8, 3, 3}) == "ncthw nthwc");
  CHECK(fitting({1, 1, 3, 112, 112}) == "ncthw ntchw");
  CHECK(fitting({-1, -1, -1, -1, -1}) == "ncthw ntchw nthwc");
}

TEST_CASE("a layout is asked for by its name") {
  CHECK(clip_layout("ntchw").channels == 2);
  CHECK_THROWS_AS(clip_layout("nchw"), Error);
}

TEST_CASE("a slow pathway sees frames spread evenly from the first to the last, as SlowFast's does") {
  CHECK(pathway_frames(32, 8) == Indices{0, 4, 8, 13, 17, 22, 26, 31});
  CHECK(pathway_frames(16, 4) == Indices{0, 5, 10, 15});
  CHECK(pathway_frames(32, 4) == Indices{0, 10, 20, 31});
  CHECK(pathway_frames(3, 3) == Indices{0, 1, 2});
  CHECK(pathway_frames(8, 1) == Indices{0});
}

}  // namespace rt3d::video

TEST_SUITE_END();
