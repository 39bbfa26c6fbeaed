// Clips without labels, from videos.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "graph/graph.h"

namespace rt3d::cli {

struct CalibrationClips {
  std::vector<std::vector<Tensor>> clips;  // each one tensor of floats per input of the model
  std::map<std::string, Shape> shapes;     // of the inputs, by name, as the clips have them
  std::size_t unreadable = 0;              // videos that were left out
};

// Of the files in `place` (with those in folders below, sorted; or of `place` itself, where it is a file) `most`, evenly spread, each as
// the model's metadata says (docs/video.md). What cannot be read is left out with a warning. Throws Failure when nothing is there or
// nothing can be read, UsageError when the model takes no clips or has inputs that no video fills.
CalibrationClips read_calibration_clips(const std::filesystem::path& place, std::size_t most,
                                        const graph::Graph& model);

}  // namespace rt3d::cli
