#include "video/clip_layout.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::video {
namespace {

// name, then which dimension holds channels, frames, rows, columns.
constexpr ClipLayout kLayouts[] = {{"ncthw", 1, 2, 3, 4}, {"ntchw", 2, 1, 3, 4}, {"nthwc", 4, 1, 2, 3}};
constexpr std::size_t kRank = 5;

// Whether the layouts put the same numbers into the same places: a single channel may stand anywhere.
bool same_places(const ClipLayout& a, const ClipLayout& b, const std::vector<std::int64_t>& shape) {
  if (&a == &b) return true;
  const ClipDims x = a.dims_of(shape), y = b.dims_of(shape);
  return x.channels == 1 && y.channels == 1 && x.frames == y.frames && x.height == y.height &&
         x.width == y.width;
}

}  // namespace

ClipDims ClipLayout::dims_of(const std::vector<std::int64_t>& shape) const {
  const auto at = [&](int dimension) { return shape[static_cast<std::size_t>(dimension)]; };
  return {at(0), at(channels), at(frames), at(height), at(width)};
}

std::vector<std::int64_t> ClipLayout::shape_of(const ClipDims& dims) const {
  std::vector<std::int64_t> shape(kRank, dims.batch);
  shape[static_cast<std::size_t>(channels)] = dims.channels;
  shape[static_cast<std::size_t>(frames)] = dims.frames;
  shape[static_cast<std::size_t>(height)] = dims.height;
  shape[static_cast<std::size_t>(width)] = dims.width;
  return shape;
}

const ClipLayout& clip_layout(const std::string& name) {
  for (const ClipLayout& layout : kLayouts)
    if (name == layout.name) return layout;
  fail(Code::invalid_argument, "layout '", name, "' is not known: use ncthw, ntchw or nthwc");
}

std::vector<const ClipLayout*> fitting_layouts(const std::vector<std::int64_t>& shape) {
  if (shape.size() != kRank) return {};
  std::vector<const ClipLayout*> certain, possible;
  for (const ClipLayout& layout : kLayouts) {
    const std::int64_t channels = layout.dims_of(shape).channels;
    if (channels == 1 || channels == 3) certain.push_back(&layout);
    if (channels < 0) possible.push_back(&layout);
  }
  if (certain.empty()) return possible;
  const bool alike = std::all_of(certain.begin(), certain.end(), [&](const ClipLayout* layout) {
    return same_places(*layout, *certain[0], shape);
  });
  if (alike) certain.resize(1);
  return certain;
}

std::vector<std::int64_t> pathway_frames(std::int64_t total, std::int64_t frames) {
  std::vector<std::int64_t> chosen;
  for (std::int64_t k = 0; k < frames; ++k)
    chosen.push_back(frames == 1 ? 0 : k * (total - 1) / (frames - 1));
  return chosen;
}

std::vector<float> arranged(const std::vector<float>& planes, const ClipDims& clip, const ClipLayout& layout,
                            const std::vector<std::int64_t>& chosen, std::int64_t batch) {
  const auto frames = static_cast<std::int64_t>(chosen.size());
  const std::vector<std::int64_t> shape =
      layout.shape_of({1, clip.channels, frames, clip.height, clip.width});
  std::vector<std::int64_t> strides(kRank, 1);
  for (std::size_t d = kRank - 1; d > 0; --d) strides[d - 1] = strides[d] * shape[d];
  const auto stride = [&](int dimension) { return strides[static_cast<std::size_t>(dimension)]; };
  std::vector<float> values(static_cast<std::size_t>(strides[0] * shape[0]));
  for (std::int64_t c = 0; c < clip.channels; ++c)
    for (std::int64_t t = 0; t < frames; ++t) {
      const float* from =
          planes.data() + (c * clip.frames + chosen[static_cast<std::size_t>(t)]) * clip.height * clip.width;
      float* to = values.data() + c * stride(layout.channels) + t * stride(layout.frames);
      for (std::int64_t y = 0; y < clip.height; ++y)
        for (std::int64_t x = 0; x < clip.width; ++x)
          to[y * stride(layout.height) + x * stride(layout.width)] = *from++;
    }
  const std::size_t item = values.size();
  values.resize(item * static_cast<std::size_t>(batch));
  for (std::int64_t n = 1; n < batch; ++n)
    std::copy_n(values.begin(), item, values.begin() + n * static_cast<std::int64_t>(item));
  return values;
}

}  // namespace rt3d::video
