// See slice_range.h.
#include "graph/ops/slice_range.h"

#include <algorithm>
#include <limits>
#include <set>

namespace rt3d::graph {
namespace {

// The normal form has no ends: sizes are the output's.
std::vector<SliceRange> ranges_of_normal_form(const Inference& c) {
  const Attributes& a = c.node.attributes;
  const auto axes = a.integers("axes", {});
  const auto starts = a.integers("starts", {});
  const auto steps = a.integers("steps", std::vector<std::int64_t>(axes.size(), 1));
  const Value& out = c.graph.value(c.node.outputs[0]);
  c.require(starts.size() == axes.size() && steps.size() == axes.size(), "axes, starts and steps differ in number");
  c.require(out.shape_known && out.desc.shape.rank() == c.rank(0), "the output's shape is not known");
  std::vector<SliceRange> ranges;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const int axis = normalize_axis(axes[i], c.rank(0));
    ranges.push_back({axis, starts[i], steps[i], out.desc.shape[axis]});
  }
  return ranges;
}

SliceRange clamped(int axis, std::int64_t size, std::int64_t start, std::int64_t end, std::int64_t step) {
  if (step == 0) fail(Code::invalid_model, "a step of 0");
  if (step == std::numeric_limits<std::int64_t>::min()) ++step;
  if (start < 0) start = start < -size ? -1 : start + size;
  const bool end_below = end < 0 && end < -size;
  if (end < 0) end = end_below ? -1 : end + size;
  if (step > 0) {
    start = std::clamp<std::int64_t>(start, 0, size);
    end = std::clamp<std::int64_t>(end, 0, size);
    const std::int64_t length = std::max<std::int64_t>(end - start, 0);
    return {axis, start, step, length / step + (length % step != 0 ? 1 : 0)};
  }
  start = std::clamp<std::int64_t>(start, size == 0 ? -1 : 0, size - 1);
  end = std::clamp<std::int64_t>(end, -1, size - 1);
  const std::int64_t length = std::max<std::int64_t>(start - end, 0);
  return {axis, std::max<std::int64_t>(start, 0), step, length / -step + (length % step != 0 ? 1 : 0)};
}

}  // namespace

std::vector<SliceRange> slice_ranges(const Inference& c) {
  if (!c.has(1)) return ranges_of_normal_form(c);
  const auto starts = c.integers(1);
  const auto ends = c.integers(2);
  std::vector<std::int64_t> axes;
  for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  if (c.has(3)) axes = c.integers(3);
  const auto steps = c.has(4) ? c.integers(4) : std::vector<std::int64_t>(starts.size(), 1);
  c.require(ends.size() == starts.size() && axes.size() == starts.size() && steps.size() == starts.size(),
            "starts, ends, axes and steps differ in number");
  std::vector<SliceRange> ranges;
  std::set<int> seen;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const int axis = normalize_axis(axes[i], c.rank(0));
    c.require(seen.insert(axis).second, "an axis is named twice");
    ranges.push_back(clamped(axis, c.shape(0)[axis], starts[i], ends[i], steps[i]));
  }
  return ranges;
}

}  // namespace rt3d::graph
