// What a video gives to inputs of every layout, of several pathways, of one channel and of a fixed batch.
#include "cli/parts/video_inputs.h"

#include <doctest/doctest.h>

#include <cstring>
#include <map>

#include "cli/parts/failure.h"
#include "cli/shell.h"
#include "video/made_video.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

using Indices = std::vector<std::int64_t>;
using Properties = std::map<std::string, std::string>;

constexpr int kSide = 4;

// Frame k has the luma 16 + 5 k; red and blue differ from it by the same everywhere.
std::string coloured_video(int frames) {
  std::string text = "YUV4MPEG2 W4 H4 F25:1 Ip C444\n";
  for (int k = 0; k < frames; ++k)
    text += "FRAME\n" + std::string(16, static_cast<char>(60 + 3 * k)) + std::string(16, '\x60') +
            std::string(16, '\x90');
  return text;
}

VideoInputs read(const std::string& path, const std::vector<TensorInfo>& inputs,
                 const Properties& properties = {}, const std::string& layout = "",
                 std::vector<bool> given = {}) {
  ClipText text;
  text.short_side = "4", text.mean = "0", text.std = "1", text.scale = "1", text.layout = layout;
  given.resize(inputs.size());
  return read_video_inputs(
      path, text,
      [&](const char* key) -> const char* {
        const auto found = properties.find(key);
        return found == properties.end() ? nullptr : found->second.c_str();
      },
      inputs, given);
}

std::vector<float> floats(const Array& array) {
  std::vector<float> values(array.data.size() / sizeof(float));
  std::memcpy(values.data(), array.data.data(), array.data.size());
  return values;
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TensorInfo clip(const std::string& name, const Indices& dims) { return {name, RT3D_F32, dims}; }

}  // namespace

TEST_CASE(
    "an input that does not tell its channels from its frames is refused with the layouts to choose from") {
  for (const Indices& shape : std::vector<Indices>{{1, 3, 3, 112, 112},
                                                   {1, 3, 1, 112, 112},
                                                   {1, 3, 8, 3, 3},
                                                   {1, 1, 3, 112, 112},
                                                   {-1, -1, -1, -1, -1}}) {
    const std::string text = refusal([&] { read("missing.y4m", {clip("x", shape)}); });
    CAPTURE(text);
    CHECK(holds(text, "the input 'x' of "));
    CHECK(holds(text, "--layout ncthw or "));
  }
  CHECK(holds(refusal([&] {
                read("missing.y4m", {clip("x", {1, 3, 3, 4, 4})}, {}, "nchw");
              }),
              "layout 'nchw' is not known: use ncthw, ntchw or nthwc"));
}

TEST_CASE("the same clip is laid out in every order of dimensions") {
  const Scratch scratch;
  const std::string path = scratch.write("video.y4m", coloured_video(6));
  const auto values = [&](const Indices& dims, const std::string& layout) {
    const VideoInputs inputs = read(path, {clip("x", dims)}, {}, layout);
    REQUIRE(inputs.filled.size() == 1);
    CHECK(inputs.filled[0].array.shape == dims);
    return floats(inputs.filled[0].array);
  };
  const std::vector<float> planes = values({1, 3, 6, kSide, kSide}, "");
  const std::vector<float> by_frame = values({1, 6, 3, kSide, kSide}, "");
  const std::vector<float> by_pixel = values({1, 6, kSide, kSide, 3}, "");
  const std::size_t pixels = std::size_t{kSide} * kSide;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t t = 0; t < 6; ++t)
      for (std::size_t p = 0; p < pixels; ++p) {
        const float value = planes[(c * 6 + t) * pixels + p];
        CHECK(by_frame[(t * 3 + c) * pixels + p] == value);
        CHECK(by_pixel[(t * pixels + p) * 3 + c] == value);
      }
  CHECK(planes[0] != planes[pixels]);
  CHECK(planes[0] != planes[6 * pixels]);
  // Three frames of three channels: as they are told.
  CHECK(values({1, 3, 3, kSide, kSide}, "ntchw")[pixels] ==
        values({1, 3, 3, kSide, kSide}, "ncthw")[3 * pixels]);
  const VideoInputs told = read(path, {clip("x", {1, 3, 3, kSide, kSide})}, {{"rt3d.layout", "ntchw"}});
  CHECK(floats(told.filled[0].array) == values({1, 3, 3, kSide, kSide}, "ntchw"));
  CHECK(holds(refusal([&] { read(path, {clip("x", {1, 3, 3, kSide, kSide})}); }), "--layout ncthw or ntchw"));
  CHECK_THROWS_AS(read(path, {clip("x", {1, 3, 3, kSide, kSide})}, {}, "nthw"), UsageError);
}

TEST_CASE("one channel is grey, and a batch holds the same clip in every item") {
  const Scratch scratch;
  const std::string path = scratch.write("video.y4m", coloured_video(4));
  const std::vector<float> colours = floats(read(path, {clip("x", {1, 3, 4, kSide, kSide})}).filled[0].array);
  const std::vector<float> grey = floats(read(path, {clip("x", {1, 1, 4, kSide, kSide})}).filled[0].array);
  const std::size_t plane = std::size_t{4} * kSide * kSide;
  REQUIRE(grey.size() == plane);
  for (std::size_t i = 0; i < plane; ++i)
    CHECK(grey[i] ==
          doctest::Approx(0.299 * colours[i] + 0.587 * colours[plane + i] + 0.114 * colours[2 * plane + i]));
  const VideoInputs batch = read(path, {clip("x", {2, 3, 4, kSide, kSide})});
  CHECK(batch.alike == 2);
  CHECK(holds(batch.filled[0].note, "repeated for a batch of 2"));
  const std::vector<float> twice = floats(batch.filled[0].array);
  REQUIRE(twice.size() == 2 * colours.size());
  CHECK(std::equal(colours.begin(), colours.end(), twice.begin()));
  CHECK(std::equal(colours.begin(), colours.end(),
                   twice.begin() + static_cast<std::ptrdiff_t>(colours.size())));
  CHECK_THROWS_AS(read(path, {clip("x", {1, 1, 4, kSide, kSide})}, {{"rt3d.channels", "rgb"}}), UsageError);
}

TEST_CASE("pathways of one clip are filled with its frames") {
  const Scratch scratch;
  const std::string path = scratch.write("video.y4m", coloured_video(16));
  const TensorInfo slow = clip("slow", {1, 3, 2, kSide, kSide}), fast = clip("fast", {1, 3, 8, kSide, kSide});
  const std::size_t pixels = std::size_t{kSide} * kSide;
  for (const bool slow_first : {true, false}) {
    const VideoInputs inputs = slow_first ? read(path, {slow, fast}) : read(path, {fast, slow});
    REQUIRE(inputs.filled.size() == 2);
    const std::vector<float> few = floats(inputs.filled[slow_first ? 0 : 1].array);
    const std::vector<float> many = floats(inputs.filled[slow_first ? 1 : 0].array);
    REQUIRE(few.size() == 3 * 2 * pixels);
    REQUIRE(many.size() == 3 * 8 * pixels);
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(few[c * 2 * pixels] == many[c * 8 * pixels]);
      CHECK(few[(c * 2 + 1) * pixels] == many[(c * 8 + 7) * pixels]);
    }
  }
  const TensorInfo free = clip("slow", {1, 3, -1, kSide, kSide});
  CHECK(read(path, {free, fast}, {{"rt3d.frames.slow", "3"}}).filled[0].array.shape ==
        Indices{1, 3, 3, kSide, kSide});
  CHECK(read(path, {slow, fast}, {}, "", {true, false}).filled.size() == 1);
  // What is said of one input wins over what is said of all.
  const TensorInfo open = clip("fast", {1, 3, -1, kSide, kSide});
  CHECK(
      read(path, {slow, open}, {{"rt3d.frames", "16"}, {"rt3d.frames.fast", "4"}}).filled[1].array.shape[2] ==
      4);
}

TEST_CASE("clips that are no pathways of one are refused with what would do") {
  const Scratch scratch;
  const std::string path = scratch.write("video.y4m", coloured_video(16));
  const TensorInfo fast = clip("fast", {1, 3, 8, kSide, kSide});
  for (const TensorInfo& other : {clip("b", {1, 3, 4, 5, kSide}), clip("b", {1, 3, 8, kSide, kSide}),
                                  clip("b", {1, 3, 5, kSide, kSide}), clip("b", {1, 3, -1, kSide, kSide}),
                                  clip("b", {1, 1, 4, kSide, kSide})}) {
    const std::string text = refusal([&] { read(path, {fast, other}); });
    CAPTURE(text);
    CHECK(holds(text, "rt3d.frames.b"));
    CHECK(holds(text, "-i"));
  }
  CHECK(holds(refusal([&] {
                read(path, {clip("x", {1, 2, 8, kSide, kSide})});
              }),
              "no free f32 input for a clip"));
}

TEST_CASE("a network of two pathways gets both from a video") {
  const Shell shell;
  const std::string model = shell.scratch.path("slowfast.onnx");
  REQUIRE(shell.rt3d("make-model slowfast_r50 --frames 8 --size 32 --width 0.0625 --classes 5 -o " + model)
              .exit_code == 0);
  const std::string video = shell.scratch.write("video.y4m", coloured_video(12));
  const Result result = shell.rt3d("run " + model + " --tune off --short-side 32 --video " + video);
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(holds(result.out, ": 2 of 12 frames"));
  CHECK(holds(result.out, ": 8 of 12 frames"));
  CHECK_FALSE(holds(result.out, "random"));
}

TEST_CASE("a file's name may look like a protocol or an option of FFmpeg's") {
  const Scratch scratch;
  const video::Frame frame{32, 32, std::vector<std::uint8_t>(std::size_t{3} * 32 * 32, 90)};
  video::write_video(scratch.path("plain.mov"), {frame, frame});
  for (const char* name :
       {"2026-11-29T10:00:00.mov", "http:x.mov", "concat:a|b.mov", "file:x.mov", "%03d.mov", "a b?.mov"}) {
    std::filesystem::copy_file(scratch.path("plain.mov"), scratch.path(name));
    const Shell shell;
    const std::string command = "cd " + scratch.path().string() + " && " RT3D_COMMAND " run " +
                                shell.small_model() + " --tune off --short-side 32 --video '" + name + "'";
    const Result result = shell(command);
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
  }
}

}  // namespace rt3d::cli

TEST_SUITE_END();
