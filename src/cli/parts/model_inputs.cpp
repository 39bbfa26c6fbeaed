#include "cli/parts/model_inputs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "cli/parts/failure.h"
#include "cli/parts/nearest.h"
#include "cli/parts/number_option.h"
#include "cli/parts/random_inputs.h"
#include "cli/parts/table.h"
#include "cli/parts/unreadable.h"
#include "cli/parts/video_inputs.h"

namespace rt3d::cli {
namespace {

std::string names_of(const std::vector<TensorInfo>& inputs) {
  std::string names;
  for (const TensorInfo& input : inputs) names += (names.empty() ? "'" : ", '") + input.name + "'";
  return names;
}

// A text that begins with a name of no input is a file's only where there is such a file.
void refuse_unknown_name(const std::string& text, const std::vector<TensorInfo>& inputs) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || std::filesystem::exists(text)) return;
  const std::string name = text.substr(0, equals);
  std::vector<std::string> names;
  names.reserve(inputs.size());
  for (const TensorInfo& input : inputs) names.push_back(input.name);
  throw UsageError("-i " + text + ": the model has no input '" + name + "'; it has " + names_of(inputs) +
                   suggestion(name, names));
}

// The input a file is for: by name when the text starts with one, else the first without an array.
std::size_t slot_for(const std::string& text, std::string& file, const std::vector<TensorInfo>& inputs,
                     const std::vector<bool>& given) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (text.rfind(inputs[i].name + "=", 0) != 0) continue;
    if (given[i]) throw UsageError("-i " + text + ": the input '" + inputs[i].name + "' is given twice");
    file = text.substr(inputs[i].name.size() + 1);
    return i;
  }
  refuse_unknown_name(text, inputs);
  const auto free = std::find(given.begin(), given.end(), false);
  if (free == given.end()) {
    throw UsageError("-i " + text + ": the model has no more inputs than " + names_of(inputs));
  }
  file = text;
  return static_cast<std::size_t>(free - given.begin());
}

void read_video(const rt3d_model* model, const InputOptions& options, const std::vector<TensorInfo>& inputs,
                ModelInputs& result) {
  if (const std::string why = why_unreadable(options.video); !why.empty())
    throw Failure("cannot read " + options.video + ": " + why + ": give an existing video file");
  VideoInputs video = read_video_inputs(
      options.video, options.clip, [&](const char* key) { return rt3d_model_metadata(model, key); }, inputs,
      result.given);
  for (const std::string& warning : video.warnings) warn(warning);
  for (VideoInputs::Filled& filled : video.filled) {
    result.arrays[filled.input] = std::move(filled.array);
    result.given[filled.input] = true;
    result.notes.push_back(filled.note);
  }
  result.alike = video.alike;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!result.given[i])
      warn("the input '" + inputs[i].name + "' takes nothing from the video: it gets random numbers");
}

}  // namespace

void add_input_options(CLI::App& app, InputOptions& options) {
  app.add_option("-i,--input", options.files, "An input's values (default: seeded random ones)")
      ->type_name("[NAME=]FILE.npy")
      ->allow_extra_args(false);
  app.add_option("--seed", options.seed, "Seed of random inputs")
      ->transform(whole_number(0, kMostUnsigned))
      ->type_name("S")
      ->capture_default_str();
  const std::string group = "Video (defaults: the model's metadata, then docs/video.md)";
  CLI::Option* video = app.add_option("--video", options.video, "Take the clip from a video file")
                           ->type_name("FILE")
                           ->group(group);
  for (CLI::Option* option : add_clip_options(app, options.clip, group)) option->needs(video);
}

ModelInputs read_inputs(const rt3d_model* model, const InputOptions& options) {
  const std::vector<TensorInfo> inputs = inputs_of(model);
  ModelInputs result;
  result.arrays.resize(inputs.size());
  result.given.resize(inputs.size(), false);
  for (const std::string& text : options.files) {
    std::string file;
    const std::size_t slot = slot_for(text, file, inputs, result.given);
    result.arrays[slot] = read_npy(file);
    result.given[slot] = true;
    result.notes.push_back(inputs[slot].name + ": " + dims_text(result.arrays[slot].shape) + " from " + file);
  }
  if (!options.video.empty()) read_video(model, options, inputs, result);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!result.given[i])
      result.notes.push_back(inputs[i].name + ": random numbers, seed " + std::to_string(options.seed));
  }
  return result;
}

std::vector<TensorInfo> shapes_of(const ModelInputs& inputs, const rt3d_model* model) {
  std::vector<TensorInfo> shapes;
  const std::vector<TensorInfo> infos = inputs_of(model);
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const bool free = std::count(infos[i].dims.begin(), infos[i].dims.end(), -1) > 0;
    if (inputs.given[i] && free) shapes.push_back({infos[i].name, infos[i].dtype, inputs.arrays[i].shape});
  }
  return shapes;
}

void set_inputs(rt3d_session* session, const ModelInputs& inputs, std::uint64_t seed) {
  RandomInputs random(seed);
  const std::vector<TensorInfo> infos = inputs_of(session);
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const bool given = i < inputs.given.size() && inputs.given[i];
    if (given && inputs.arrays[i].shape != infos[i].dims) {
      throw UsageError("the input '" + infos[i].name + "' takes " + dims_text(infos[i].dims) + ", but " +
                       dims_text(inputs.arrays[i].shape) + " is given: give an array of that shape");
    }
    if (given && inputs.arrays[i].dtype == RT3D_U8 && infos[i].dtype == RT3D_F32)
      warn("the input '" + infos[i].name +
           "' gets bytes as the numbers 0 to 255, unscaled: scale and normalise them as the model was "
           "trained");
    const Array array = given ? converted(inputs.arrays[i], infos[i].dtype) : random.draw(infos[i]);
    set_input(session, i, infos[i], array);
  }
}

}  // namespace rt3d::cli
