#include "video/video.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "scratch.h"
#include "video/made_video.h"

TEST_SUITE_BEGIN("video");

namespace rt3d::video {
namespace {

using tests::Scratch;

using Indices = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("chosen frames of a video are decoded in order, repeated ones repeated") {
  const Scratch scratch;
  const std::string path = scratch.write("grey.y4m", grey_video(12, 16, 8));
  const Video video = read_video(path, [](std::int64_t total) {
    CHECK(total == 12);
    return Indices{0, 3, 3, 11};
  });
  CHECK(video.total == 12);
  REQUIRE(video.frames.size() == 4);
  const int frames[] = {0, 3, 3, 11};
  for (std::size_t i = 0; i < 4; ++i) {
    const Frame& frame = video.frames[i];
    CHECK(frame.width == 16);
    CHECK(frame.height == 8);
    REQUIRE(frame.rgb.size() == 16 * 8 * 3);
    const auto [least, most] = std::minmax_element(frame.rgb.begin(), frame.rgb.end());
    CHECK(*least >= grey_level(frames[i]) - 1);
    CHECK(*most <= grey_level(frames[i]) + 1);
  }
}

TEST_CASE("what is not a video, or is too small, is refused with what to do") {
  const Scratch scratch;
  const auto all = [](std::int64_t) { return Indices{0}; };
  const auto complaint = [&](const std::string& path) -> std::string {
    try {
      read_video(path, all);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(complaint(scratch.path("missing.mp4")).find("existing") != std::string::npos);
  CHECK(complaint(scratch.path("")).find("existing") != std::string::npos);
  CHECK(complaint(scratch.write("text.mp4", "this is no video")).find("give a video file") !=
        std::string::npos);
  CHECK(complaint(scratch.write("empty.mp4", "")).find("give a video file") != std::string::npos);
  CHECK(complaint(scratch.write("none.y4m", grey_video(0, 8, 8))).find("give a video file") !=
        std::string::npos);
}

TEST_CASE("a list of other files opens none of them") {
  const Scratch scratch;
  const std::string video = scratch.write("other.y4m", grey_video(4, 8, 8));
  REQUIRE(read_video(video, [](std::int64_t) { return Indices{0}; }).total == 4);
  const std::vector<std::pair<std::string, std::string>> lists = {
      {"list.ffconcat", "ffconcat version 1.0\nfile other.y4m\n"},
      {"list.mp4", "ffconcat version 1.0\nfile other.y4m\n"},
      {"list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.y4m\n#EXT-X-ENDLIST\n"},
      {"list.mpd",
       "<?xml version=\"1.0\"?>\n<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
       "profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\"><Period><AdaptationSet>"
       "<Representation id=\"1\" bandwidth=\"1\" mimeType=\"video/mp4\"><BaseURL>other.y4m"
       "</BaseURL></Representation></AdaptationSet></Period></MPD>\n"},
      {"list.sdp",
       "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
       "m=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"}};
  for (const auto& row : lists) {
    const std::string path = scratch.write(row.first, row.second);
    std::string text;
    try {
      read_video(path, [](std::int64_t) { return Indices{0}; });
    } catch (const Error& error) {
      text = error.what();
    }
    CAPTURE(text);
    CHECK(text.find("cannot read a video from " + path + ": it is a list of other files (") == 0);
    CHECK(text.find("give the video file itself") != std::string::npos);
  }
}

}  // namespace rt3d::video

TEST_SUITE_END();
