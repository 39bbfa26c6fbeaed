// What a video gives to a model's inputs: one clip, or several pathways of one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/parts/clip_text.h"
#include "cli/parts/handles.h"
#include "cli/parts/npy.h"
#include "video/clip_layout.h"

namespace rt3d::cli {

struct VideoInputs {
  struct Filled {
    std::size_t input = 0;
    Array array;
    std::string note;
  };
  std::vector<Filled> filled;
  std::vector<std::string> warnings;
  std::int64_t alike = 1;  // items of the batch that hold the same clip
};

// Where the input keeps a clip's dimensions: as said, or by its shape; null when it takes no clip. Throws UsageError when several
// layouts fit and nobody says which.
const video::ClipLayout* clip_layout_of(const TensorInfo& info, const ClipText& text,
                                        const std::function<const char*(const char* key)>& metadata);

// Fills every f32 input of rank 5 that is not `given` and whose channels can be found (clip_layout.h). Several inputs are pathways
// of one clip: of the same size, each with frames that divide the longest's, or with the number of frames that the metadata
// property "rt3d.frames.<input>" says. Throws UsageError when no input takes a clip or it is not clear how, and what
// read_clip() throws.
VideoInputs read_video_inputs(const std::string& path, const ClipText& text,
                              const std::function<const char*(const char* key)>& metadata,
                              const std::vector<TensorInfo>& inputs, const std::vector<bool>& given);

}  // namespace rt3d::cli
