#include "models/models.h"

#include "base/error.h"
#include "models/families.h"

namespace rt3d::models {

namespace {

enum class Input { clip, slow_and_fast, image };

struct Row {
  const char* name;
  const char* summary;
  Input input;
  std::int64_t frames;  // 0 for images
  std::int64_t size;
  std::int64_t classes;
  std::int64_t parameters;
  std::int64_t macs;
  graph::Graph (*build)(const MakeRequest&);
};

// clang-format off
const Row kRows[] = {
    {"c3d",          "C3D, UCF101 head",                 Input::clip, 16, 112, 101,  78409573, 38547378176, build_c3d},
    {"r3d_18",       "torchvision r3d_18",               Input::clip, 16, 112, 400,  33371472, 40696553472, build_r3d_18},
    {"mc3_18",       "torchvision mc3_18",               Input::clip, 16, 112, 400,  11695440, 43342635008, build_mc3_18},
    {"r2plus1d_18",  "torchvision r2plus1d_18",          Input::clip, 16, 112, 400,  31505325, 40519080960, build_r2plus1d_18},
    {"s3d",          "torchvision s3d",                  Input::clip, 16, 224, 400,   8320048, 17978771456, build_s3d},
    {"x3d_xs",       "pytorchvideo X3D-XS",              Input::clip,  4, 160, 400,   3794274,   605256512, build_x3d},
    {"x3d_s",        "pytorchvideo X3D-S",               Input::clip, 13, 160, 400,   3794274,  1962892112, build_x3d},
    {"x3d_m",        "pytorchvideo X3D-M",               Input::clip, 16, 224, 400,   3794274,  4732468736, build_x3d},
    {"i3d_r50",      "pytorchvideo I3D-R50",             Input::clip,  8, 256, 400,  28043472, 37106089984, build_i3d_r50},
    {"slow_r50",     "pytorchvideo Slow-R50",            Input::clip,  8, 256, 400,  32454096, 54520840192, build_slow_r50},
    {"slowfast_r50", "pytorchvideo SlowFast-R50 8x8",    Input::slow_and_fast, 32, 256, 400, 34566488, 65711652864, build_slowfast_r50},
    {"csn_r101",     "pytorchvideo CSN-R101",            Input::clip, 32, 256, 400,  22213776, 73756573696, build_csn_r101},
    {"c2d_r50",      "pytorchvideo C2D-R50",             Input::clip,  8, 256, 400,  24327632, 25462702080, build_c2d_r50},
    {"r2plus1d_r50", "pytorchvideo R(2+1)D-R50",         Input::clip, 16, 256, 400,  28107600, 75148427264, build_r2plus1d_r50},
    {"vgg16",        "torchvision vgg16",                Input::image, 0, 224, 1000, 138357544, 15470264320, build_vgg16},
    {"resnet18",     "torchvision resnet18",             Input::image, 0, 224, 1000, 11689512,  1814073344, build_resnet18},
    {"resnet50",     "torchvision resnet50",             Input::image, 0, 224, 1000, 25557032,  4089184256, build_resnet50},
    {"mobilenet_v2", "torchvision mobilenet_v2",         Input::image, 0, 224, 1000,  3504872,   300774272, build_mobilenet_v2},
};
// clang-format on

constexpr std::int64_t kMaxClasses = 1 << 20;
constexpr std::int64_t kMaxFrames = 1024;
constexpr std::int64_t kMaxSize = 2048;
constexpr double kMaxWidth = 2.0;

const Row& row_of(const std::string& name) {
  std::string known;
  for (const Row& row : kRows) {
    if (name == row.name) return row;
    known += cat(known.empty() ? "" : ", ", row.name);
  }
  fail(Code::invalid_argument, "there is no model \"", name, "\"; known are ", known);
}

std::vector<Shape> input_shapes(const Row& row) {
  if (row.input == Input::image) return {{1, 3, row.size, row.size}};
  if (row.input == Input::clip) return {{1, 3, row.frames, row.size, row.size}};
  return {{1, 3, row.frames / 4, row.size, row.size}, {1, 3, row.frames, row.size, row.size}};
}

ModelInfo info(const Row& row) {
  return {row.name, row.summary, input_shapes(row), row.classes, row.parameters, row.macs};
}

// The value asked for, or the default where it is 0.
std::int64_t chosen(const char* what, std::int64_t value, std::int64_t fallback, std::int64_t most) {
  if (value < 0 || value > most)
    fail(Code::invalid_argument, what, " ", value, " is out of range; 1 to ", most, " or 0 for the default");
  return value == 0 ? fallback : value;
}

}  // namespace

std::vector<ModelInfo> list() {
  std::vector<ModelInfo> models;
  for (const Row& row : kRows) models.push_back(info(row));
  return models;
}

ModelInfo find(const std::string& name) { return info(row_of(name)); }

graph::Graph build(const MakeRequest& request) {
  const Row& row = row_of(request.name);
  if (row.input == Input::image && request.frames != 0)
    fail(Code::invalid_argument, "the image network ", row.name, " takes no frames, yet ", request.frames,
         " are asked for");
  if (!(request.width > 0.0 && request.width <= kMaxWidth))
    fail(Code::invalid_argument, "width ", request.width, " is out of range; above 0 and up to ", kMaxWidth);
  MakeRequest filled = request;
  filled.classes = chosen("the number of classes", request.classes, row.classes, kMaxClasses);
  filled.frames = chosen("the number of frames", request.frames, row.frames, kMaxFrames);
  filled.size = chosen("the size", request.size, row.size, kMaxSize);
  return row.build(filled);
}

}  // namespace rt3d::models
