// Where a model's input keeps a clip's frames, channels, rows and columns, and which of several inputs share one clip.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rt3d::video {

// A clip's dimensions, whatever their order in the input; -1 = free.
struct ClipDims {
  std::int64_t batch = 1, channels = 3, frames = 1, height = 1, width = 1;
};

// The order of dimensions; "ncthw", "ntchw" and "nthwc" in options and metadata.
struct ClipLayout {
  const char* name;
  int channels, frames, height, width;  // which dimension; the batch is the first

  ClipDims dims_of(const std::vector<std::int64_t>& shape) const;
  std::vector<std::int64_t> shape_of(const ClipDims& dims) const;
};

// The layout with the name; throws invalid_argument.
const ClipLayout& clip_layout(const std::string& name);

// The layouts whose channels are 1 or 3 in `shape`, or, where no dimension says so, those whose channels are free. None: the
// input takes no clip. Several: they differ, and somebody must say which.
std::vector<const ClipLayout*> fitting_layouts(const std::vector<std::int64_t>& shape);

// Which of a clip's `total` frames a pathway of `frames` frames sees: evenly from the first to the last, rounded down, as
// SlowFast takes them (torch.linspace(0, total - 1, frames).long()).
std::vector<std::int64_t> pathway_frames(std::int64_t total, std::int64_t frames);

// The clip's values, given as channels x frames x height x width (1 batch item), in the layout: only the frames `chosen`, the
// whole repeated for every item of the batch.
std::vector<float> arranged(const std::vector<float>& planes, const ClipDims& clip, const ClipLayout& layout,
                            const std::vector<std::int64_t>& chosen, std::int64_t batch);

}  // namespace rt3d::video
