// What options and a model's metadata properties say about the clip that its input takes; docs/video.md has the keys.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "video/clip.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rt3d::cli {

// What was said about a clip, as text; empty where nothing was said.
struct ClipText {
  std::string frames, sampling, stride, short_side, crop, mean, std, scale, channels, layout;
};

// --frames, --sampling, … under one heading of the help.
std::vector<CLI::Option*> add_clip_options(CLI::App& app, ClipText& text, const std::string& group);

// A field of `options` wins, then the model's metadata ("rt3d.frames", …), then the clip's size in the
// model's input
// (`input`: n c t h w, -1 = free), then the defaults of docs/video.md. Throws UsageError naming the value
// that is wrong.
video::ClipSettings clip_settings(const ClipText& options,
                                  const std::function<const char*(const char* key)>& metadata,
                                  const std::vector<std::int64_t>& input);

// A number of frames, as text; `what` names it in the UsageError.
std::int64_t parse_frames(const std::string& what, const std::string& text);

}  // namespace rt3d::cli
