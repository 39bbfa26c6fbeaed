// What goes into a model: arrays from .npy files, a clip from a video, seeded random numbers for the rest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/parts/clip_text.h"
#include "cli/parts/handles.h"
#include "cli/parts/npy.h"

namespace CLI {
class App;
}

namespace rt3d::cli {

struct InputOptions {
  std::vector<std::string> files;  // "[NAME=]FILE.npy"
  std::string video;
  ClipText clip;
  std::uint64_t seed = 1;
};

void add_input_options(CLI::App& app, InputOptions& options);

struct ModelInputs {
  std::vector<Array> arrays;       // one per model input; without data where random numbers are wanted
  std::vector<bool> given;         // whether the array holds data
  std::vector<std::string> notes;  // what was read, one line each
  std::int64_t alike = 1;          // items of the batch that hold the same clip
};

// Reads files and video. Throws UsageError when inputs and files do not match, Failure when a file cannot be
// read.
ModelInputs read_inputs(const rt3d_model* model, const InputOptions& options);

// The shapes that the arrays with data ask for, by name.
std::vector<TensorInfo> shapes_of(const ModelInputs& inputs, const rt3d_model* model);

// Hands all inputs to the session, converted to its types. Throws Failure when a shape differs from the
// session's.
void set_inputs(rt3d_session* session, const ModelInputs& inputs, std::uint64_t seed);

}  // namespace rt3d::cli
