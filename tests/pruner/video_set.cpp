#include "pruner/video_set.h"

#include <array>
#include <cmath>
#include <filesystem>
#include <vector>

#include "base/random.h"
#include "graph/graph.h"
#include "graph/model.h"
#include "video/made_video.h"

namespace rt3d::tests {
namespace {

constexpr int kVideoWidth = 24, kVideoHeight = 20, kVideoFrames = 9;

// Of a frame, how far down the blob moves and how much wider it becomes.
struct Motion {
  const char* name;  // of the class; UCF101 spells HandstandPushups another way in the names of its videos
  const char* in_files;
  float down, wider;
};
constexpr std::array<Motion, 4> kMotions{{{"Falling", "Falling", 1, 0},
                                          {"Growing", "Growing", 0, 0.35F},
                                          {"HandstandPushups", "HandStandPushups", -1, 0},
                                          {"Staying", "Staying", 0, 0}}};

void write_blob(const std::string& path, const Motion& motion, Random& random) {
  const float x0 = random.uniform(9, 15), y0 = random.uniform(8, 12), brightness = random.uniform(120, 200);
  std::vector<video::Frame> frames;
  for (int t = 0; t < kVideoFrames; ++t) {
    video::Frame frame{kVideoWidth, kVideoHeight, {}};
    const float at = static_cast<float>(t) - (kVideoFrames - 1) / 2.0F;
    const float wide = 2.2F + motion.wider * at;
    for (int y = 0; y < kVideoHeight; ++y)
      for (int x = 0; x < kVideoWidth; ++x) {
        const float dy = static_cast<float>(y) - y0 - motion.down * at, dx = static_cast<float>(x) - x0;
        const float value = brightness * std::exp(-(dy * dy + dx * dx) / (2 * wide * wide));
        for (int c = 0; c < 3; ++c)
          frame.rgb.push_back(static_cast<std::uint8_t>(value + random.uniform(0, 30)));
      }
    frames.push_back(std::move(frame));
  }
  video::write_video(path, frames);
}

}  // namespace

VideoSet make_video_set(const Scratch& scratch, const std::string& name, int train_each, int test_each) {
  namespace fs = std::filesystem;
  const fs::path root = scratch.path(name);
  const VideoSet set{(root / "UCF-101").string(), (root / "lists/trainlist01.txt").string(),
                     (root / "lists/testlist01.txt").string()};
  fs::create_directories(root / "lists");
  Random random(7);
  std::string classes, train, test;
  for (std::size_t c = 0; c < kMotions.size(); ++c) {
    const Motion& motion = kMotions[c];
    const std::string number = std::to_string(c + 1);
    fs::create_directories(fs::path(set.videos) / motion.name);
    classes += number + " " + motion.name + "\r\n";
    for (int i = 0; i < train_each + test_each; ++i) {
      const std::string group = (i < 10 ? "0" : "") + std::to_string(i);
      const std::string file = std::string(motion.name) + "/v_" + motion.in_files + "_g" + group + "_c01.avi";
      write_blob((fs::path(set.videos) / file).string(), motion, random);
      (i < train_each ? train : test) += file + (i < train_each ? " " + number : "") + "\r\n";
    }
  }
  scratch.write(name + "/lists/classInd.txt", classes);
  scratch.write(name + "/lists/trainlist01.txt", train);
  scratch.write(name + "/lists/testlist01.txt", test);
  return set;
}

std::string make_small_network(const Scratch& scratch, const std::string& name) {
  struct Row {
    int from, to;
    const char* strides;
  };
  constexpr std::array<Row, 3> kRows{{{3, 8, "1x1x1"}, {8, 16, "1x2x2"}, {16, 16, "1x1x1"}}};
  std::string constants, nodes, last = "x";
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const std::string n = std::to_string(i), to = std::to_string(kRows[i].to);
    constants += "const w" + n + " f32 " + to + "x" + std::to_string(kRows[i].from) + "x3x3x3\n";
    for (const char* of_channels : {"s", "b", "m", "v"})
      constants += "const " + (of_channels + n) + " f32 " + to + "\n";
    nodes += "c" + n + " = Conv(" + last + ", w" + n + ") \"conv" + n + "\" strides=" + kRows[i].strides +
             " pads=1x1x1x1x1x1\nn" + n + " = BatchNormalization(c" + n + ", s" + n + ", b" + n + ", m" + n +
             ", v" + n + ")\nr" + n + " = Relu(n" + n + ")\n";
    last = "r" + n;
  }
  const graph::Graph network =
      graph::parse_graph("graph \"small\"\ninput x f32 1x3x6x16x16\n" + constants +
                         "const g f32 4x16\nconst gb f32 4\n" + nodes + "p = GlobalAveragePool(" + last +
                         ")\nf = Flatten(p)\no = Gemm(f, g, gb) \"classes\" transB=1\noutput o\n");
  graph::save_onnx(network, scratch.path(name));
  return scratch.path(name);
}

}  // namespace rt3d::tests
