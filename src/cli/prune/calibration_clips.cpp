#include "cli/prune/calibration_clips.h"

#include <algorithm>
#include <span>

#include "cli/parts/failure.h"
#include "cli/parts/video_inputs.h"
#include "cli/prune/graph_facts.h"

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& place) {
  std::error_code error;
  if (fs::is_regular_file(place, error)) return {place};
  std::vector<fs::path> files;
  fs::recursive_directory_iterator entries(place, error);
  if (error) throw Failure(join("--calibrate: cannot read ", place.string(), ": ", error.message()));
  for (const fs::directory_entry& entry : entries)
    if (entry.is_regular_file(error)) files.push_back(entry.path());
  if (files.empty()) throw Failure(join("--calibrate: there is no file in ", place.string()));
  std::ranges::sort(files);
  return files;
}

// `most` of them, evenly spread.
std::vector<fs::path> spread(std::vector<fs::path> files, std::size_t most) {
  if (files.size() <= most) return files;
  std::vector<fs::path> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(files[i * files.size() / most]);
  return some;
}

std::vector<Tensor> clip_of(const fs::path& file, const graph::Graph& model,
                            const std::vector<TensorInfo>& inputs) {
  const VideoInputs video = read_video_inputs(file.string(), {}, metadata_of(model), inputs,
                                              std::vector<bool>(inputs.size(), false));
  for (const std::string& warning : video.warnings) warn(warning);
  if (video.filled.size() < inputs.size())
    throw UsageError("--calibrate: the model has inputs that no video fills");
  std::vector<Tensor> clip(inputs.size());
  for (const VideoInputs::Filled& filled : video.filled)
    clip[filled.input] = Tensor::of<std::byte>(DType::f32, Shape(filled.array.shape), filled.array.data);
  return clip;
}

}  // namespace

CalibrationClips read_calibration_clips(const fs::path& place, std::size_t most, const graph::Graph& model) {
  const std::vector<TensorInfo> inputs = graph_inputs(model);
  CalibrationClips result;
  std::string first_reason;
  for (const fs::path& file : spread(files_in(place), most)) {
    try {
      result.clips.push_back(clip_of(file, model, inputs));
    } catch (const UsageError&) {
      throw;  // of the model or its metadata, so of every file
    } catch (const std::exception& error) {
      warn(join("left out: ", naming(file.string(), error.what())));
      if (result.unreadable++ == 0) first_reason = naming(file.string(), error.what());
    }
  }
  if (result.clips.empty())
    throw Failure(join("--calibrate: none of ", result.unreadable,
                       " files could be read as a video; the first: ", first_reason));
  for (std::size_t i = 0; i < inputs.size(); ++i) result.shapes[inputs[i].name] = result.clips[0][i].shape();
  return result;
}

}  // namespace rt3d::cli
