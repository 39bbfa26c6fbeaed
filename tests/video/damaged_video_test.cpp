// Videos that are damaged or cut.
#include <doctest/doctest.h>

#include "scratch.h"
#include "video/made_video.h"
#include "video/video.h"

TEST_SUITE_BEGIN("video");

namespace rt3d::video {
namespace {

using tests::Scratch;

std::vector<Frame> noise(int frames) {
  std::vector<Frame> result;
  std::uint32_t state = 1;
  for (int k = 0; k < frames; ++k) {
    Frame frame{32, 32, std::vector<std::uint8_t>(std::size_t{3} * 32 * 32)};
    for (std::uint8_t& byte : frame.rgb) {
      state = state * 1664525 + 1013904223;
      byte = static_cast<std::uint8_t>(state >> 24);
    }
    result.push_back(std::move(frame));
  }
  return result;
}

std::vector<std::int64_t> all(std::int64_t total) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < total; ++i) indices.push_back(i);
  return indices;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string warnings(const Video& video) {
  std::string text;
  for (const std::string& warning : video.warnings) text += warning + "\n";
  return text;
}

}  // namespace

TEST_CASE("a whole video has no warning, and a damaged or cut one says how many of its frames were decoded") {
  const Scratch scratch;
  const std::vector<Frame> frames = noise(10);
  const std::string path = scratch.path("video.mov");
  write_video(path, frames);
  const Video whole = read_video(path, all);
  CHECK(whole.total == 10);
  CHECK(whole.warnings.empty());
  REQUIRE(whole.frames.size() == 10);
  CHECK(whole.frames[9].rgb == frames[9].rgb);

  std::string bytes = tests::read_bytes(path);
  const std::string signature = "\x89PNG";
  const std::size_t third = bytes.find(signature, bytes.find(signature, bytes.find(signature) + 1) + 1);
  REQUIRE(third != std::string::npos);
  std::string damaged = bytes;
  damaged.replace(third, 64, 64, '\0');
  const Video rest = read_video(scratch.write("damaged.mov", damaged), all);
  CHECK(rest.total == 9);
  REQUIRE(rest.frames.size() == 9);
  CHECK(rest.frames[2].rgb == frames[3].rgb);
  CHECK(holds(warnings(rest), "damaged.mov is damaged or cut: 9 of 10 frames were decoded, with 1 error"));

  const std::size_t sixth = [&] {
    std::size_t at = 0;
    for (int k = 0; k < 6; ++k) at = bytes.find(signature, at + 1);
    return at;
  }();
  const Video cut = read_video(scratch.write("cut.mov", bytes.substr(0, sixth)), all);
  CHECK(cut.total == 5);
  CHECK(holds(warnings(cut), "cut.mov is damaged or cut: 5 of 10 frames were decoded"));
}

TEST_CASE("a video without an index that is cut between two of its parts says how much of it there is") {
  const Scratch scratch;
  const std::string path = scratch.path("video.mkv");
  write_video(path, noise(30));
  const Video whole = read_video(path, all);
  CHECK(whole.total == 30);
  CHECK(whole.warnings.empty());

  const std::string bytes = tests::read_bytes(path), cluster = "\x1F\x43\xB6\x75";
  std::vector<std::size_t> clusters;
  for (std::size_t at = bytes.find(cluster); at != std::string::npos; at = bytes.find(cluster, at + 1))
    clusters.push_back(at);
  REQUIRE(clusters.size() > 3);
  const Video cut = read_video(scratch.write("cut.mkv", bytes.substr(0, clusters[3])), all);
  CHECK(cut.total < 20);
  CHECK(holds(warnings(cut), "cut.mkv is cut: "));
  CHECK(holds(warnings(cut), " of 1.2 s"));
}

}  // namespace rt3d::video

TEST_SUITE_END();
