#include "cli/parts/video_inputs.h"

#include <algorithm>
#include <cstring>

#include "cli/parts/failure.h"
#include "cli/parts/table.h"
#include "video/clip_layout.h"

namespace rt3d::cli {
namespace {

using Metadata = std::function<const char*(const char* key)>;

struct Pathway {
  std::size_t input;
  const TensorInfo* info;
  const video::ClipLayout* layout;
  video::ClipDims dims;      // frames: also what the metadata says
  bool frames_said = false;  // by the metadata, for this input
};

std::string said(const Metadata& metadata, const std::string& key) {
  const char* value = metadata(key.c_str());
  return value == nullptr ? "" : value;
}

// What is said of one input, or of all.
std::string said_of(const std::string& option, const Metadata& metadata, const std::string& key,
                    const std::string& input) {
  if (!option.empty()) return option;
  const std::string own = said(metadata, key + "." + input);
  return own.empty() ? said(metadata, key) : own;
}

// Of the input, by its shape; null when it takes no clip.
const video::ClipLayout* layout_of_shape(const TensorInfo& info) {
  const std::vector<const video::ClipLayout*> fitting = video::fitting_layouts(info.dims);
  if (fitting.size() < 2) return fitting.empty() ? nullptr : fitting[0];
  std::string names;
  for (const video::ClipLayout* layout : fitting)
    names += (names.empty() ? "" : " or ") + std::string(layout->name);
  throw UsageError("the input '" + info.name + "' of " + dims_text(info.dims) +
                   " does not tell its channels from its frames: say --layout " + names +
                   ", or the model's rt3d.layout");
}

std::vector<Pathway> pathways_of(const ClipText& text, const Metadata& metadata,
                                 const std::vector<TensorInfo>& inputs, const std::vector<bool>& given) {
  std::vector<Pathway> pathways;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const video::ClipLayout* layout = given[i] ? nullptr : clip_layout_of(inputs[i], text, metadata);
    if (layout == nullptr) continue;
    Pathway pathway{i, &inputs[i], layout, layout->dims_of(inputs[i].dims)};
    const std::string frames = said(metadata, "rt3d.frames." + inputs[i].name);
    pathway.frames_said = !frames.empty();
    if (pathway.frames_said) pathway.dims.frames = parse_frames("rt3d.frames." + inputs[i].name, frames);
    pathways.push_back(pathway);
  }
  if (pathways.empty())
    throw UsageError(
        "--video: the model has no free f32 input for a clip: n x c x t x h x w, n x t x c x h x w or n x t "
        "x h x w x c with "
        "1 or 3 channels");
  return pathways;
}

bool belongs_to(const Pathway& path, const Pathway& longest) {
  const video::ClipDims &a = path.dims, &b = longest.dims;
  const bool same_size = a.height == b.height && a.width == b.width && a.channels == b.channels;
  const bool divides = a.frames > 0 && a.frames < b.frames && b.frames % a.frames == 0;
  return same_size && (divides || (path.frames_said && a.frames <= b.frames));
}

const Pathway& longest_of(const std::vector<Pathway>& pathways) {
  const Pathway& longest =
      *std::max_element(pathways.begin(), pathways.end(),
                        [](const Pathway& a, const Pathway& b) { return a.dims.frames < b.dims.frames; });
  for (const Pathway& path : pathways) {
    if (&path == &longest || belongs_to(path, longest)) continue;
    throw UsageError(
        join("--video: the inputs '", longest.info->name, "' of ", dims_text(longest.info->dims), " and '",
             path.info->name, "' of ", dims_text(path.info->dims),
             " are not known as pathways of one clip: give one with -i, or say in the model's rt3d.frames.",
             path.info->name, " how many of the clip's frames it takes"));
  }
  return longest;
}

std::string note_of(const Pathway& path, const video::Clip& clip, const video::ClipDims& dims,
                    const std::string& file) {
  std::string note =
      join(path.info->name, ": ", dims.frames, " of ", clip.video_frames, " frames of ", clip.width, "x",
           clip.height, " from ", file, ", cropped to ", dims.width, "x", dims.height);
  if (std::string(path.layout->name) != "ncthw") note += join(", laid out as ", path.layout->name);
  if (dims.batch > 1) note += join(", repeated for a batch of ", dims.batch);
  return note;
}

}  // namespace

const video::ClipLayout* clip_layout_of(const TensorInfo& info, const ClipText& text,
                                        const Metadata& metadata) {
  if (info.dtype != RT3D_F32 || info.dims.size() != 5) return nullptr;
  const std::string name = said_of(text.layout, metadata, "rt3d.layout", info.name);
  if (name.empty()) return layout_of_shape(info);
  const video::ClipLayout& layout =
      as_said([&]() -> const video::ClipLayout& { return video::clip_layout(name); });
  const std::int64_t channels = layout.dims_of(info.dims).channels;
  return channels < 0 || channels == 1 || channels == 3 ? &layout : nullptr;
}

VideoInputs read_video_inputs(const std::string& path, const ClipText& text, const Metadata& metadata,
                              const std::vector<TensorInfo>& inputs, const std::vector<bool>& given) {
  const std::vector<Pathway> pathways = pathways_of(text, metadata, inputs, given);
  const Pathway& longest = longest_of(pathways);
  const video::ClipDims& wanted = longest.dims;
  ClipText told = text;
  if (told.frames.empty() && longest.frames_said) told.frames = std::to_string(wanted.frames);
  const video::ClipSettings settings = clip_settings(
      told, metadata, {wanted.batch, wanted.channels, wanted.frames, wanted.height, wanted.width});
  const video::Clip clip = video::read_clip(path, settings);
  VideoInputs result;
  result.warnings = clip.warnings;
  const std::int64_t needed = video::frames_needed(settings.sampling, settings.frames, settings.stride);
  if (clip.video_frames < needed)
    result.warnings.push_back(
        join(path, " has ", clip.video_frames, " frames, ", needed, " are needed: the last one is repeated"));
  const video::ClipDims whole{1, clip.shape[1], clip.shape[2], clip.shape[3], clip.shape[4]};
  for (const Pathway& pathway : pathways) {
    video::ClipDims dims = whole;
    dims.batch = std::max<std::int64_t>(pathway.dims.batch, 1);
    if (&pathway != &longest) dims.frames = pathway.dims.frames;
    const std::vector<float> values = video::arranged(
        clip.values, whole, *pathway.layout, video::pathway_frames(whole.frames, dims.frames), dims.batch);
    Array array{RT3D_F32, pathway.layout->shape_of(dims),
                std::vector<std::byte>(values.size() * sizeof(float))};
    std::memcpy(array.data.data(), values.data(), array.data.size());
    result.filled.push_back({pathway.input, std::move(array), note_of(pathway, clip, dims, path)});
    result.alike = std::max(result.alike, dims.batch);
  }
  return result;
}

}  // namespace rt3d::cli
