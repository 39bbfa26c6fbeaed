#include "cli/parts/clip_text.h"

#include <doctest/doctest.h>

#include "cli/parts/failure.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

const char* no_metadata(const char*) { return nullptr; }

}  // namespace

TEST_CASE("clip settings come from options, then metadata, then the input's shape, then defaults") {
  const auto metadata = [](const char* key) -> const char* {
    if (std::string(key) == "rt3d.frames") return "8";
    if (std::string(key) == "rt3d.sampling") return "consecutive";
    if (std::string(key) == "rt3d.short_side") return "40x60";
    return nullptr;
  };
  ClipText options;
  options.frames = "4";
  const video::ClipSettings settings = clip_settings(options, metadata, {1, 3, 16, 32, 48});
  CHECK(settings.frames == 4);
  CHECK(settings.sampling == video::Sampling::consecutive);
  CHECK(settings.exact == video::Size{40, 60});
  CHECK(settings.crop == video::Size{32, 48});
  CHECK(settings.scale == doctest::Approx(1.0 / 255));
  CHECK(settings.mean[0] == doctest::Approx(0.485));

  const video::ClipSettings plain = clip_settings({}, no_metadata, {-1, 3, 16, 112, 112});
  CHECK(plain.frames == 16);
  CHECK(plain.short_side == 128);
  CHECK(plain.crop == video::Size{112, 112});
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
