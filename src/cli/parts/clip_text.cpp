#include "cli/parts/clip_text.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "cli/parts/failure.h"

namespace rt3d::cli {
namespace {

constexpr int kMaxSide = 4096;
constexpr std::int64_t kMaxFrames = 4096;

struct Normalisation {
  const char *mean, *deviation;
};
constexpr Normalisation kImageNet = {"0.485,0.456,0.406", "0.229,0.224,0.225"};
constexpr Normalisation kGrey = {"0.449", "0.226"};  // the means of ImageNet's three

[[noreturn]] void refuse_value(const std::string& what, const std::string& text, const std::string& wanted) {
  throw UsageError(what + " '" + text + "' is not understood: give " + wanted);
}

std::int64_t parse_count(const std::string& what, const std::string& text, std::int64_t most) {
  char* end = nullptr;
  const long long value = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || value < 1 || value > most) {
    refuse_value(what, text, join("a whole number from 1 to ", most));
  }
  return value;
}

video::Size parse_size(const std::string& what, const std::string& text) {
  const std::size_t x = text.find('x');
  const auto side = [&](const std::string& part) {
    int size = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), size);
    if (error != std::errc() || end != part.data() + part.size() || size < 1 || size > kMaxSide)
      refuse_value(what, text, join("a side or HEIGHTxWIDTH, such as 128 or 128x171, of 1 to ", kMaxSide));
    return size;
  };
  if (x == std::string::npos) return {side(text), side(text)};
  return {side(text.substr(0, x)), side(text.substr(x + 1))};
}

// "0.5", or a fraction, "1/255".
float parse_number(const std::string& what, const std::string& text) {
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  bool good = end != text.c_str();
  if (good && *end == '/') {
    const char* below = end + 1;
    value /= std::strtod(below, &end);
    good = end != below;
  }
  const auto number = static_cast<float>(value);
  if (!good || *end != '\0' || !std::isfinite(number))
    refuse_value(what, text, "a number, such as 0.5 or 1/255");
  return number;
}

std::array<float, 3> parse_per_channel(const std::string& what, const std::string& text,
                                       std::int64_t channels) {
  std::vector<float> values;
  std::size_t start = 0;
  for (std::size_t comma = 0; comma != std::string::npos; start = comma + 1) {
    comma = text.find(',', start);
    values.push_back(parse_number(what, text.substr(start, comma - start)));
  }
  if (values.size() != 1 && values.size() != static_cast<std::size_t>(channels))
    refuse_value(what, text,
                 channels == 1 ? "one number for the one channel"
                               : "one number, or one per channel: 0.485,0.456,0.406");
  if (values.size() == 1) values.resize(3, values[0]);
  return {values[0], values[1], values[2]};
}

void apply_sizes(video::ClipSettings& settings, const std::string& crop, const std::string& short_side,
                 const std::vector<std::int64_t>& input) {
  const bool fixed = input.size() == 5 && input[3] > 0 && input[4] > 0;
  if (!crop.empty()) {
    settings.crop = parse_size("crop", crop);
  } else if (fixed) {
    settings.crop = {static_cast<int>(input[3]), static_cast<int>(input[4])};
  }
  if (short_side.find('x') != std::string::npos) {
    settings.exact = parse_size("short side", short_side);
  } else if (!short_side.empty()) {
    settings.short_side = parse_size("short side", short_side).height;
  } else {
    settings.short_side =
        static_cast<int>(std::lround(std::max(settings.crop.height, settings.crop.width) / 0.875));
  }
}

void apply_channels(video::ClipSettings& settings, const std::string& text,
                    const std::vector<std::int64_t>& input) {
  const std::int64_t wanted = input.size() == 5 ? input[1] : -1;
  const std::string order = !text.empty() ? text : wanted == 1 ? "grey" : "rgb";
  if (order != "rgb" && order != "bgr" && order != "grey")
    refuse_value("channels", order, "rgb, bgr or grey");
  settings.bgr = order == "bgr";
  settings.channels = order == "grey" ? 1 : 3;
  if (wanted > 0 && wanted != settings.channels)
    throw UsageError(
        join("channels '", order, "' are ", settings.channels, ", but the model's input has ", wanted));
}

}  // namespace

std::vector<CLI::Option*> add_clip_options(CLI::App& app, ClipText& text, const std::string& group) {
  std::vector<CLI::Option*> added;
  const auto add = [&](const char* name, std::string& value, const char* type, const char* help) {
    added.push_back(app.add_option(name, value, help)->type_name(type)->group(group));
  };
  add("--frames", text.frames, "N", "Frames of the clip");
  add("--sampling", text.sampling, "HOW", "uniform or consecutive");
  add("--stride", text.stride, "N", "Every n-th frame of consecutive ones");
  add("--short-side", text.short_side, "N|HxW", "Resize frames to this short side, or to this size");
  add("--crop", text.crop, "N|HxW", "Centre crop");
  add("--mean", text.mean, "R,G,B", "Subtracted after scaling");
  add("--std", text.std, "R,G,B", "Divided by afterwards");
  add("--scale", text.scale, "X", "Bytes are multiplied by this: 1/255");
  add("--channels", text.channels, "rgb|bgr|grey", "Channels, in this order");
  add("--layout", text.layout, "ncthw|ntchw|nthwc", "Order of the input's dimensions");
  return added;
}

std::int64_t parse_frames(const std::string& what, const std::string& text) {
  return parse_count(what, text, kMaxFrames);
}

video::ClipSettings clip_settings(const ClipText& options,
                                  const std::function<const char*(const char* key)>& metadata,
                                  const std::vector<std::int64_t>& input) {
  const auto said = [&](const std::string& option, const char* key) {
    const char* value = option.empty() ? metadata(key) : nullptr;
    return value == nullptr ? option : std::string(value);
  };
  video::ClipSettings settings;
  const std::string frames = said(options.frames, "rt3d.frames");
  if (!frames.empty()) {
    settings.frames = parse_count("frames", frames, kMaxFrames);
  } else if (input.size() == 5 && input[2] > 0) {
    settings.frames = input[2];
  }
  const std::string sampling = said(options.sampling, "rt3d.sampling");
  if (!sampling.empty()) settings.sampling = as_said([&] { return video::parse_sampling(sampling); });
  const std::string stride = said(options.stride, "rt3d.stride");
  if (!options.stride.empty() && settings.sampling == video::Sampling::uniform)
    throw UsageError("--stride is of no use to uniform sampling: give --sampling consecutive with it");
  if (!stride.empty()) settings.stride = parse_count("stride", stride, kMaxFrames);
  apply_sizes(settings, said(options.crop, "rt3d.crop"), said(options.short_side, "rt3d.short_side"), input);

  const auto or_default = [](const std::string& text, const char* fallback) {
    return text.empty() ? fallback : text;
  };
  apply_channels(settings, said(options.channels, "rt3d.channels"), input);
  const Normalisation& usual = settings.channels == 1 ? kGrey : kImageNet;
  settings.mean =
      parse_per_channel("mean", or_default(said(options.mean, "rt3d.mean"), usual.mean), settings.channels);
  settings.deviation =
      parse_per_channel("std", or_default(said(options.std, "rt3d.std"), usual.deviation), settings.channels);
  settings.scale = parse_number("scale", or_default(said(options.scale, "rt3d.scale"), "1/255"));
  if (settings.scale == 0) refuse_value("scale", said(options.scale, "rt3d.scale"), "a number other than 0");
  for (const float deviation : settings.deviation) {
    if (!(deviation > 0)) refuse_value("std", join(deviation), "positive numbers");
  }
  return settings;
}

}  // namespace rt3d::cli
