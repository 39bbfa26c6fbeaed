#include "cli/video.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/clip.h"
#include "cli/failure.h"
#include "cli/resize.h"
#include "cli/sampling.h"
#include "cli/scratch.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

using Indices = std::vector<std::int64_t>;

const char* no_metadata(const char*) { return nullptr; }

// An uncompressed video of grey frames; frame k has the luma 16 + 10 k.
std::string grey_video(int frames, int width, int height) {
  std::string text =
      "YUV4MPEG2 W" + std::to_string(width) + " H" + std::to_string(height) + " F25:1 Ip C444\n";
  const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  for (int k = 0; k < frames; ++k) {
    text += "FRAME\n" + std::string(pixels, static_cast<char>(16 + 10 * k)) +
            std::string(2 * pixels, static_cast<char>(128));
  }
  return text;
}

int grey_level(int frame) { return (10 * frame * 255 + 109) / 219; }

Frame ramp(int width, int height) {
  Frame frame{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      frame.rgb.insert(frame.rgb.end(), {std::uint8_t(10 * x), std::uint8_t(20 * y), 7});
  }
  return frame;
}

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

TEST_CASE("a clip is scaled, normalised and laid out as n c d h w") {
  const Scratch scratch;
  const std::string path = scratch.write("grey.y4m", grey_video(8, 24, 12));
  ClipText text;
  text.frames = "2", text.short_side = "6", text.crop = "4x5", text.mean = "0.5,0.25,0", text.std = "0.5,1,2",
  text.scale = "1/255";
  const Clip clip = read_clip(path, clip_settings(text, no_metadata, {}));
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

TEST_CASE("clip settings come from options, then metadata, then the input's shape, then defaults") {
  const auto metadata = [](const char* key) -> const char* {
    if (std::string(key) == "rt3d.frames") return "8";
    if (std::string(key) == "rt3d.sampling") return "consecutive";
    if (std::string(key) == "rt3d.short_side") return "40x60";
    return nullptr;
  };
  ClipText options;
  options.frames = "4";
  const ClipSettings settings = clip_settings(options, metadata, {1, 3, 16, 32, 48});
  CHECK(settings.frames == 4);
  CHECK(settings.sampling == Sampling::consecutive);
  CHECK(settings.exact == Size{40, 60});
  CHECK(settings.crop == Size{32, 48});
  CHECK(settings.scale == doctest::Approx(1.0 / 255));
  CHECK(settings.mean[0] == doctest::Approx(0.485));

  const ClipSettings plain = clip_settings({}, no_metadata, {-1, 3, 16, 112, 112});
  CHECK(plain.frames == 16);
  CHECK(plain.short_side == 128);
  CHECK(plain.crop == Size{112, 112});
}

TEST_CASE("clip settings that make no sense are refused") {
  const auto refused = [](std::string ClipText::*field, const std::string& value) {
    ClipText text;
    text.*field = value;
    CHECK_THROWS_AS(clip_settings(text, no_metadata, {}), UsageError);
  };
  for (const char* value : {"0", "-1", "x", "99999999999999999999", "3.5"}) refused(&ClipText::frames, value);
  for (const char* value : {"first", "random"}) refused(&ClipText::sampling, value);
  for (const char* value : {"0x5", "5x", "x", "12x12x12", "100000"}) refused(&ClipText::crop, value);
  for (const char* value : {"1,2", "a", "1,2,3,4", "1,,2", "inf"}) refused(&ClipText::mean, value);
  for (const char* value : {"0", "1,1,-1"}) refused(&ClipText::std, value);
  for (const char* value : {"1/0", "1/", "nan"}) refused(&ClipText::scale, value);
  refused(&ClipText::channels, "gbr");
}

TEST_CASE("what is not a video, or is too small, is refused with what to do") {
  const Scratch scratch;
  const auto all = [](std::int64_t) { return Indices{0}; };
  const auto complaint = [&](const std::string& path) -> std::string {
    try {
      read_video(path, all);
    } catch (const Failure& error) {
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

  ClipText text;
  text.short_side = "8", text.crop = "16";
  const std::string path = scratch.write("small.y4m", grey_video(2, 16, 16));
  CHECK_THROWS_AS(read_clip(path, clip_settings(text, no_metadata, {})), Failure);
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
    } catch (const Failure& failure) {
      text = failure.what();
    }
    CAPTURE(text);
    CHECK(text.find("cannot read a video from " + path + ": it is a list of other files (") == 0);
    CHECK(text.find("give the video file itself") != std::string::npos);
  }
}

TEST_CASE("numbers of a clip are finite, and bytes are not multiplied by nothing") {
  const auto settings = [](std::string ClipText::*number, const char* value) {
    ClipText text;
    text.*number = value;
    return clip_settings(text, no_metadata, {});
  };
  for (const char* value : {"nan", "inf", "-inf", "1e39", "1/0", "x", "1/", "0/0"})
    for (std::string ClipText::*number : {&ClipText::scale, &ClipText::mean, &ClipText::std}) {
      CAPTURE(value);
      CHECK_THROWS_AS(settings(number, value), UsageError);
    }
  for (const char* nothing : {"0", "-0", "0/7", "1e-60"})
    for (std::string ClipText::*number : {&ClipText::scale, &ClipText::std})
      CHECK_THROWS_AS(settings(number, nothing), UsageError);
  CHECK(settings(&ClipText::scale, "1/4").scale == 0.25f);
  CHECK(settings(&ClipText::mean, "0").mean[2] == 0);
}

}  // namespace rt3d::cli

TEST_SUITE_END();
