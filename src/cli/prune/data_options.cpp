#include "cli/prune/data_options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>

#include "cli/parts/failure.h"
#include "cli/parts/number_option.h"
#include "cli/parts/table.h"
#include "cli/parts/video_inputs.h"

namespace rt3d::cli {
namespace {

// What others publish their accuracies by (docs/datasets.md).
struct ProtocolRow {
  const char* name;
  const char* sampling;
  int clips, crops;
};
constexpr ProtocolRow kProtocols[] = {
    {"rt3d", "uniform", 1, 1},
    {"mmaction2", "consecutive", 10, 1},
    {"pyslowfast", "consecutive", 10, 3},
};

std::vector<std::string> names_of_protocols() {
  std::vector<std::string> names;
  for (const ProtocolRow& row : kProtocols) names.emplace_back(row.name);
  return names;
}

// "10x3": clips of a video, crops of each.
void apply_views(const std::string& text, dataset::Protocol& protocol) {
  const char *at = text.data(), *end = text.data() + text.size();
  const auto clips = std::from_chars(at, end, protocol.clips);
  const bool parted = clips.ec == std::errc() && clips.ptr != end && *clips.ptr == 'x';
  const auto crops = std::from_chars(parted ? clips.ptr + 1 : end, end, protocol.crops);
  if (!parted || crops.ec != std::errc() || crops.ptr != end)
    throw UsageError("--views " + text + ": give clips of a video x crops of each, such as 10x3");
}

dataset::Protocol protocol_of(const DataOptions& options, const video::ClipSettings& clip) {
  if (clip.exact)
    throw UsageError(
        "frames resized to one size, whatever their proportions, are not supported here: give a single "
        "number "
        "as --short-side");
  dataset::Protocol protocol{.frames = clip.frames,
                             .sampling = clip.sampling,
                             .stride = clip.stride,
                             .short_side = clip.short_side,
                             .crop = clip.crop};
  for (const ProtocolRow& row : kProtocols)
    if (options.protocol == row.name) {
      protocol.clips = row.clips;
      protocol.crops = row.crops;
    }
  if (!options.views.empty()) apply_views(options.views, protocol);
  as_said([&] { dataset::check(protocol); });
  return protocol;
}

ClipText text_of(const DataOptions& options) {
  ClipText text = options.clip;
  for (const ProtocolRow& row : kProtocols)
    if (options.protocol == row.name && text.sampling.empty()) text.sampling = row.sampling;
  return text;
}

}  // namespace

void add_data_options(CLI::App& app, DataOptions& options) {
  const std::string group = "Data (docs/datasets.md)";
  const auto text = [&](const char* name, std::string& value, const char* type, const char* help) {
    return app.add_option(name, value, help)->type_name(type)->group(group);
  };
  text("--data", options.data, "DIR", "Labelled videos; without --split a folder for each class");
  text("--split", options.split, "FILE",
       "Which are to train and to test with: trainlist01.txt of UCF101, CLASS_test_split1.txt of HMDB51, a "
       "CSV "
       "file of Kinetics, or lines 'path label'");
  text("--test-split", options.test_split, "FILE", "A second list, where --split names none to test with");
  app.add_option("--held-out", options.held_out, "Share of each class to test with, where no list says so")
      ->transform(finite_number(0.01, 0.99))
      ->type_name("SHARE")
      ->group(group)
      ->capture_default_str();
  app.add_option("--split-seed", options.split_seed, "Seed that draws this share")
      ->transform(whole_number(0, kMostUnsigned))
      ->type_name("S")
      ->group(group)
      ->capture_default_str();
  text(
      "--protocol", options.protocol, "NAME",
      "How videos are judged: rt3d, one clip of uniform frames (default); mmaction2, 10 clips of consecutive "
      "frames; pyslowfast, 10 clips, 3 crops of each")
      ->check(CLI::IsMember(names_of_protocols()));
  text("--views", options.views, "CLIPSxCROPS", "Clips of a video x crops of each, when it is judged");
  app.add_flag("--no-mirror", options.no_mirror,
               "Train without mirrored clips: where left and right tell classes apart")
      ->group(group);
  text("--cache", options.cache, "DIR",
       "Keep decoded frames there, which may take many times the videos' space");
  app.add_option("--cache-gib", options.cache_gib, "At most this much")
      ->transform(finite_number(0, 1e6))
      ->type_name("GIB")
      ->group(group)
      ->capture_default_str();
  add_clip_options(app, options.clip, "Clips (defaults: the model's metadata, then docs/video.md)");
}

Data read_data(const DataOptions& options, const std::vector<TensorInfo>& inputs, const Metadata& metadata) {
  if (options.data.empty()) throw UsageError("--data is missing: give the folder of the labelled videos");
  if (inputs.size() != 1)
    throw UsageError(join("the model has ", inputs.size(), " inputs: one, a clip, is supported here"));
  const ClipText text = text_of(options);
  Data data;
  data.layout = clip_layout_of(inputs[0], text, metadata);
  if (data.layout == nullptr)
    throw UsageError(
        "the model's input '" + inputs[0].name + "' of " + dims_text(inputs[0].dims) +
        " takes no clip: f32 of n x c x t x h x w, n x t x c x h x w or n x t x h x w x c with 1 or 3 "
        "channels");
  const video::ClipDims dims = data.layout->dims_of(inputs[0].dims);
  const video::ClipSettings clip =
      clip_settings(text, metadata, {dims.batch, dims.channels, dims.frames, dims.height, dims.width});
  data.loader.protocol = protocol_of(options, clip);
  data.loader.normalisation = {.scale = clip.scale,
                               .mean = clip.mean,
                               .deviation = clip.deviation,
                               .bgr = clip.bgr,
                               .channels = static_cast<int>(clip.channels)};
  const dataset::Protocol& protocol = data.loader.protocol;
  data.input =
      data.layout->shape_of({1, clip.channels, protocol.frames, protocol.crop.height, protocol.crop.width});
  for (std::size_t d = 1; d < data.input.size(); ++d)
    if (inputs[0].dims[d] >= 0 && inputs[0].dims[d] != data.input[d])
      throw UsageError("the model's input '" + inputs[0].name + "' is " + dims_text(inputs[0].dims) +
                       ", but clips of " + dims_text(data.input) + " are asked for: " + protocol.text());
  data.set = as_said([&] {
    return dataset::read_dataset({.root = options.data,
                                  .split = options.split,
                                  .test_split = options.test_split,
                                  .held_out = options.held_out,
                                  .seed = options.split_seed});
  });
  for (const std::string& warning : data.set.warnings) warn(warning);
  if (!options.cache.empty())
    data.cache = std::make_shared<dataset::FrameCache>(
        options.cache, static_cast<std::int64_t>(options.cache_gib * 1024 * 1024 * 1024));
  data.loader.cache = data.cache.get();
  data.loader.mirror = !options.no_mirror;
  return data;
}

std::string data_text(const dataset::Dataset& set) {
  return join(set.format, ": ", set.classes.size(), " classes, ", set.train.size(), " videos to train with, ",
              set.test.size(), " to test with");
}

}  // namespace rt3d::cli
