// Batches of clips: what a network sees of a video, the same whoever decodes, cached or not.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "dataset/accuracy.h"
#include "dataset/loader.h"
#include "scratch.h"
#include "video/clip.h"
#include "video/made_video.h"

TEST_SUITE_BEGIN("dataset");

namespace rt3d::tests {
namespace {

namespace fs = std::filesystem;
using dataset::Batch;
using dataset::Frames;
using dataset::Loader;
using dataset::LoaderOptions;
using dataset::Protocol;
using dataset::Sample;

// Videos of noise, each another one.
class Videos {
 public:
  explicit Videos(int count, int frames = 6, int width = 20, int height = 12) {
    for (int i = 0; i < count; ++i) {
      Random random(static_cast<std::uint64_t>(i) + 1);
      std::vector<video::Frame> made(static_cast<std::size_t>(frames), {width, height, {}});
      for (video::Frame& frame : made)
        for (int at = 0; at < width * height * 3; ++at)
          frame.rgb.push_back(static_cast<std::uint8_t>(random.below(256)));
      const std::string file = scratch_.path("v" + std::to_string(i) + ".mkv");
      video::write_video(file, made);
      samples.push_back({file, i % 3});
    }
  }
  std::string path(const std::string& name) const { return scratch_.path(name); }

  std::vector<Sample> samples;

 private:
  Scratch scratch_;
};

LoaderOptions small_options() {
  LoaderOptions options;
  options.protocol.frames = 3;
  options.protocol.short_side = 10;
  options.protocol.crop = {8, 6};
  options.batch = 4;
  return options;
}

struct All {
  std::vector<Batch> batches;
  std::int64_t skipped = 0;
  std::string why;

  std::vector<float> values() const {
    std::vector<float> all;
    for (const Batch& b : batches) all.insert(all.end(), b.values.begin(), b.values.end());
    return all;
  }
  std::vector<std::int64_t> order() const {
    std::vector<std::int64_t> all;
    for (const Batch& b : batches) all.insert(all.end(), b.samples.begin(), b.samples.end());
    return all;
  }
};
All load(const std::vector<Sample>& samples, const LoaderOptions& options) {
  All all;
  Loader loader(samples, options);
  for (Batch batch; loader.next(batch);) all.batches.push_back(std::move(batch));
  all.skipped = loader.skipped();
  all.why = loader.why_skipped();
  return all;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return worst;
}

}  // namespace

TEST_CASE("a clip to judge by is the one that read_clip() gives, but for the rounding of bytes") {
  const Videos videos(2);
  LoaderOptions options = small_options();
  options.normalisation.mean = {0.4F, 0.5F, 0.6F};
  options.normalisation.deviation = {0.2F, 0.3F, 0.4F};
  for (const bool bgr : {false, true})
    for (const int channels : {3, 1}) {
      options.normalisation.bgr = bgr;
      options.normalisation.channels = channels;
      const All all = load(videos.samples, options);
      REQUIRE(all.batches.size() == 1);
      CHECK(all.batches[0].clips == 2);
      CHECK(all.batches[0].labels == std::vector<int>{0, 1});
      video::ClipSettings settings;
      settings.frames = 3;
      settings.short_side = 10;
      settings.crop = {8, 6};
      settings.channels = channels;
      settings.scale = options.normalisation.scale;
      settings.mean = options.normalisation.mean;
      settings.deviation = options.normalisation.deviation;
      settings.bgr = bgr && channels == 3;
      std::vector<float> wanted;
      for (const Sample& s : videos.samples) {
        const video::Clip clip = video::read_clip(s.path, settings);
        wanted.insert(wanted.end(), clip.values.begin(), clip.values.end());
      }
      CHECK(largest_difference(all.values(), wanted) < 0.51 / 255 / 0.2);
    }
}

TEST_CASE("batches follow from seed and epoch, whatever the threads and the cache") {
  const Videos videos(11);
  for (const video::Sampling sampling : {video::Sampling::uniform, video::Sampling::consecutive}) {
    LoaderOptions options = small_options();
    options.protocol.sampling = sampling;
    options.train = true;
    options.seed = 7;
    const All one = load(videos.samples, options);
    CHECK(one.batches.size() == 3);
    const std::vector<std::int64_t> order = one.order();
    CHECK(std::set(order.begin(), order.end()).size() == videos.samples.size());
    for (const Batch& b : one.batches)
      for (std::size_t i = 0; i < b.samples.size(); ++i)
        CHECK(b.labels[i] == videos.samples[static_cast<std::size_t>(b.samples[i])].label);
    options.threads = 5;
    CHECK(load(videos.samples, options).values() == one.values());
    dataset::FrameCache cache(videos.path(sampling == video::Sampling::uniform ? "cache" : "cache2"),
                              1 << 20);
    options.cache = &cache;
    CHECK(load(videos.samples, options).values() == one.values());
    CHECK((cache.bytes() > 0) == (sampling == video::Sampling::uniform));
    CHECK(load(videos.samples, options).values() == one.values());
    options.epoch = 1;
    const All next = load(videos.samples, options);
    CHECK(next.order() != one.order());
    CHECK(next.values() != one.values());
    options.epoch = 0;
    options.seed = 8;
    CHECK(load(videos.samples, options).order() != one.order());
  }
}

TEST_CASE("training crops anywhere and mirrors") {
  const Videos videos(1, 3, 16, 12);
  LoaderOptions options = small_options();
  options.protocol.short_side = 12;  // as it is
  options.protocol.crop = {12, 12};
  options.normalisation.scale = 1;
  options.train = true;
  std::set<std::vector<float>> seen;
  for (options.epoch = 0; options.epoch < 60; ++options.epoch)
    seen.insert(load(videos.samples, options).values());
  CHECK(seen.size() == 10);  // five columns to begin at, mirrored or not
  for (const std::vector<float>& clip : seen) {
    std::vector<float> mirrored = clip;
    for (std::size_t row = 0; row < clip.size(); row += 12)
      std::reverse(mirrored.begin() + static_cast<std::ptrdiff_t>(row),
                   mirrored.begin() + static_cast<std::ptrdiff_t>(row + 12));
    CHECK(seen.count(mirrored) == 1);
  }
}

TEST_CASE("several clips and crops of a video are the frames and the corners that the protocol says") {
  const Videos videos(1, 9, 20, 12);
  LoaderOptions options = small_options();
  options.protocol.sampling = video::Sampling::consecutive;
  options.protocol.clips = 4;
  options.protocol.crops = 3;
  options.batch = 12;
  const All all = load(videos.samples, options);
  REQUIRE(all.batches.size() == 1);
  CHECK(all.batches[0].clips == 12);
  CHECK(all.batches[0].labels == std::vector<int>(12, 0));
  using Indices = std::vector<std::int64_t>;
  const Protocol& p = options.protocol;
  CHECK(dataset::clip_frames(p, 9, 0) == Indices{0, 1, 2});
  CHECK(dataset::clip_frames(p, 9, 1) == Indices{2, 3, 4});
  CHECK(dataset::clip_frames(p, 9, 3) == Indices{6, 7, 8});
  CHECK(dataset::clip_frames(p, 2, 3) == Indices{0, 1, 1});
  Protocol uniform = p;
  uniform.sampling = video::Sampling::uniform;
  uniform.clips = 2;
  CHECK(dataset::clip_frames(uniform, 12, 0) == Indices{1, 5, 9});
  CHECK(dataset::clip_frames(uniform, 12, 1) == Indices{3, 7, 11});
  const auto corner = [&](video::Size size, int crop) {
    const dataset::Corner c = dataset::crop_corner(p, size, crop);
    return std::pair(c.top, c.left);
  };
  CHECK(corner({10, 16}, 0) == std::pair(1, 0));
  CHECK(corner({10, 16}, 1) == std::pair(1, 5));
  CHECK(corner({10, 16}, 2) == std::pair(1, 10));
  CHECK(corner({20, 10}, 2) == std::pair(12, 2));
  CHECK(p.text() == "3 frames consecutive, short side 10, crop 8x6, 4 clips x 3 crops");
}

TEST_CASE("damaged videos are left out and counted, with the first one's reason") {
  Videos videos(5);
  std::ofstream(videos.samples[1].path, std::ios::binary) << "no video";
  fs::remove(videos.samples[4].path);
  LoaderOptions options = small_options();
  options.batch = 2;
  const All all = load(videos.samples, options);
  REQUIRE(all.batches.size() == 3);
  CHECK(all.order() == std::vector<std::int64_t>{0, 2, 3});
  CHECK(all.batches[2].clips == 0);
  CHECK(all.skipped == 2);
  CHECK(all.why.find("v1.mkv") != std::string::npos);
}

TEST_CASE("pictures in a folder are the frames of a video") {
  const Videos videos(1, 1, 20, 12);
  const fs::path folder = videos.path("pictures");
  fs::create_directories(folder);
  for (int i = 0; i < 4; ++i) {
    // A bitmap: rows from the bottom, blue green red, whole fours of bytes.
    std::string bytes("BM", 2);
    const auto put = [&](std::uint32_t value, int count) {
      for (int b = 0; b < count; ++b) bytes += static_cast<char>(value >> (8 * b) & 255);
    };
    put(54 + 12 * 60, 4), put(0, 4), put(54, 4), put(40, 4), put(20, 4), put(12, 4), put(1, 2), put(24, 2);
    put(0, 4), put(12 * 60, 4), put(0, 4), put(0, 4), put(0, 4), put(0, 4);
    bytes += std::string(12 * 60, static_cast<char>(10 * i));
    std::ofstream(folder / ("img_0000" + std::to_string(i) + ".bmp"), std::ios::binary) << bytes;
  }
  std::ofstream(folder / "notes.txt") << "no picture";
  const Frames frames = dataset::read_frames(
      folder,
      [](std::int64_t total) {
        return std::vector<std::int64_t>{0, total - 1, total - 1};
      },
      6);
  CHECK(frames.count == 3);
  CHECK(frames.size == video::Size{6, 10});
  CHECK(frames.plane(0, 0)[0] == 0);
  CHECK(frames.plane(1, 1)[59] == 30);
  CHECK(frames.plane(2, 2)[7] == 30);
  CHECK_THROWS_AS(dataset::read_frames(
                      fs::path(videos.path("pictures")).parent_path(),
                      [](std::int64_t) { return std::vector<std::int64_t>{0}; }, 6),
                  Error);
}

TEST_CASE("whatever becomes of a file of the cache, its frames are the video's") {
  const Videos videos(1);
  const fs::path folder = videos.path("cache");
  const std::string key = dataset::key_of(videos.samples[0].path, "all");
  CHECK(key != dataset::key_of(videos.samples[0].path, "others"));
  Frames frames{2, {3, 4}, std::vector<std::uint8_t>(72, 7)};
  {
    dataset::FrameCache cache(folder, 1 << 20);
    CHECK_FALSE(cache.find(key));
    cache.add(key, frames);
    REQUIRE(cache.find(key));
    CHECK(cache.find(key)->bytes == frames.bytes);
  }
  REQUIRE(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);
  const fs::path file = fs::directory_iterator(folder)->path();
  std::string whole;
  {
    std::ifstream in(file, std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(in), {});
  }
  const dataset::FrameCache cache(folder, 1 << 20);
  CHECK(cache.bytes() == static_cast<std::int64_t>(whole.size()));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    std::ofstream(file, std::ios::binary) << damaged;
    const std::optional<Frames> found = cache.find(key);
    CHECK_FALSE(found);
    std::ofstream(file, std::ios::binary) << whole.substr(0, at);
    CHECK_FALSE(cache.find(key));
  }
  dataset::FrameCache small(videos.path("small"), 100);
  small.add(key, frames);
  CHECK(small.is_full());
  CHECK_FALSE(small.find(key));
  CHECK_THROWS_AS(dataset::FrameCache(videos.samples[0].path / "inside", 100), Error);
}

TEST_CASE("protocols and batches out of range are refused") {
  const std::vector<Sample> none;
  const auto refused = [&](auto change) {
    LoaderOptions options = small_options();
    change(options);
    CHECK_THROWS_AS(Loader(none, options), Error);
  };
  refused([](LoaderOptions& o) { o.protocol.frames = 0; });
  refused([](LoaderOptions& o) { o.protocol.crops = 2; });
  refused([](LoaderOptions& o) { o.protocol.crop = {11, 6}; });
  refused([](LoaderOptions& o) { o.protocol.clips = 0; });
  refused([](LoaderOptions& o) { o.batch = 0; });
  refused([](LoaderOptions& o) { o.threads = 0; });
  CHECK(load(none, small_options()).batches.empty());
}

TEST_CASE("an accuracy tells how certain it is") {
  const dataset::Accuracy a{816, 1000};
  CHECK(a.lower() == doctest::Approx(0.7908).epsilon(1e-3));
  CHECK(a.upper() == doctest::Approx(0.8388).epsilon(1e-3));
  CHECK(a.text() == "81.6 % (79.1 to 83.9 with 95 % confidence; 1000 videos)");
  CHECK(dataset::Accuracy{0, 0}.upper() == 1);
  CHECK(dataset::Accuracy{5, 5}.lower() == doctest::Approx(0.5655).epsilon(1e-3));
  CHECK(dataset::Accuracy{5, 5}.upper() == 1);
}

TEST_CASE("a loader that begins at a later batch gives what comes there; clips may stay unmirrored") {
  const Videos videos(9);
  LoaderOptions options = small_options();
  options.train = true;
  options.threads = 2;
  const All all = load(videos.samples, options);
  REQUIRE(all.batches.size() == 3);
  for (std::int64_t first = 0; first <= 4; ++first) {
    options.first = first;
    const All rest = load(videos.samples, options);
    REQUIRE(rest.batches.size() == static_cast<std::size_t>(std::max<std::int64_t>(0, 3 - first)));
    for (std::size_t i = 0; i < rest.batches.size(); ++i) {
      CHECK(rest.batches[i].values == all.batches[i + static_cast<std::size_t>(first)].values);
      CHECK(rest.batches[i].samples == all.batches[i + static_cast<std::size_t>(first)].samples);
    }
  }
  options.first = -1;
  CHECK_THROWS_AS(load(videos.samples, options), Error);
  options.first = 0;
  options.mirror = false;
  const All plain = load(videos.samples, options);
  CHECK(plain.order() == all.order());
  const std::vector<float> mirrored = all.values(), unmirrored = plain.values();
  REQUIRE(mirrored.size() == unmirrored.size());
  const std::size_t clip = mirrored.size() / 9, row = 6;
  int alike = 0, turned = 0;
  for (std::size_t c = 0; c < 9; ++c) {
    bool same = true, turn = true;
    for (std::size_t i = 0; i < clip; ++i) {
      const std::size_t at = c * clip + i, opposite = c * clip + i / row * row + (row - 1 - i % row);
      same = same && mirrored[at] == unmirrored[at];
      turn = turn && mirrored[at] == unmirrored[opposite];
    }
    alike += same;
    turned += turn;
  }
  CHECK(alike + turned == 9);
  CHECK(alike > 0);
  CHECK(turned > 0);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
