// Shapes of operations that move data without computing, and of reductions. Axes and sizes come as attributes
// (the normal form) or as constant inputs (ONNX's newest form, which the importer gives to all opsets).
#include <algorithm>

#include "graph/ops/infer_functions.h"
#include "graph/ops/slice_range.h"

namespace rt3d::graph {
namespace {

std::vector<bool> axis_mask(const std::vector<std::int64_t>& axes, int rank) {
  std::vector<bool> mask(static_cast<std::size_t>(rank), false);
  for (std::int64_t axis : axes) {
    const auto i = static_cast<std::size_t>(normalize_axis(axis, rank));
    if (mask[i]) fail(Code::invalid_model, "axis ", axis, " is named twice");
    mask[i] = true;
  }
  return mask;
}

}  // namespace

void infer_concat(Inference& c) {
  c.require_inputs(1, 4096);
  c.require_same_dtype();
  Shape out = c.shape(0);
  c.require(c.node.attributes.has("axis"), "axis is missing");
  const int axis = normalize_axis(c.node.attributes.integer("axis", 0), out.rank());
  for (std::size_t i = 1; i < c.node.inputs.size(); ++i) {
    Shape other = c.shape(i);
    c.require(other.rank() == out.rank(), "inputs differ in rank");
    other.elements();
    out.elements();
    const std::int64_t joined = out[axis] + other[axis];
    other[axis] = out[axis];
    if (other != out)
      fail(Code::invalid_model, "inputs ", out.text(), " and ", c.shape(i).text(), " do not fit");
    out[axis] = joined;
  }
  c.give(c.desc(0).dtype, std::move(out));
}

void infer_flatten(Inference& c) {
  c.require_inputs(1, 1);
  const Shape& x = c.shape(0);
  const std::int64_t axis = c.node.attributes.integer("axis", 1);
  const int at = axis == x.rank() ? x.rank() : normalize_axis(axis, x.rank());
  c.give(c.desc(0).dtype, Shape{x.elements(0, at), x.elements(at, x.rank())});
}

void infer_reshape(Inference& c) {
  c.require_inputs(1, 2);
  const Shape& x = c.shape(0);
  if (!c.has(1)) {  // the normal form: the target is the output's shape
    const Value& out = c.graph.value(c.node.outputs[0]);
    c.require(out.shape_known && out.desc.shape.elements() == x.elements(),
              "the output's shape does not fit");
    c.give(c.desc(0).dtype, out.desc.shape);
    return;
  }
  std::vector<std::int64_t> dims = c.integers(1);
  const bool zero_is_zero = c.node.attributes.integer("allowzero", 0) != 0;
  int open = -1;
  std::int64_t known = 1;
  for (int i = 0; i < static_cast<int>(dims.size()); ++i) {
    std::int64_t& d = dims[static_cast<std::size_t>(i)];
    if (d == 0 && !zero_is_zero) {
      c.require(i < x.rank(), "a 0 in the target has no dimension to copy");
      d = x[i];
    }
    if (d == -1) {
      c.require(open < 0, "more than one -1 in the target");
      open = i;
      continue;
    }
    c.require(d >= 0, "a negative dimension in the target");
    c.require(d == 0 || known <= Shape::kMaxElements / d, "the target is too large");
    known *= d;
  }
  if (open >= 0) {
    c.require(known > 0 && x.elements() % known == 0, "the target does not divide the input");
    dims[static_cast<std::size_t>(open)] = x.elements() / known;
  }
  Shape out(std::move(dims));
  if (out.elements() != x.elements())
    fail(Code::invalid_model, "cannot reshape ", x.text(), " to ", out.text());
  c.give(c.desc(0).dtype, std::move(out));
}

void infer_transpose(Inference& c) {
  c.require_inputs(1, 1);
  const Shape& x = c.shape(0);
  std::vector<std::int64_t> backwards;
  for (int i = x.rank() - 1; i >= 0; --i) backwards.push_back(i);
  const auto perm = c.node.attributes.integers("perm", backwards);
  c.require(static_cast<int>(perm.size()) == x.rank(), "perm does not have one entry per dimension");
  std::vector<std::int64_t> dims;
  for (std::int64_t p : perm) c.require(p >= 0, "perm holds a negative axis");
  axis_mask(perm, x.rank());
  dims.reserve(perm.size());
  for (std::int64_t p : perm) dims.push_back(x[static_cast<int>(p)]);
  c.give(c.desc(0).dtype, Shape(std::move(dims)));
}

void infer_squeeze(Inference& c) {
  c.require_inputs(1, 2);
  const Shape& x = c.shape(0);
  std::vector<std::int64_t> dims;
  const auto mask = axis_mask(c.has(1) ? c.integers(1) : std::vector<std::int64_t>{}, x.rank());
  for (int i = 0; i < x.rank(); ++i) {
    const bool removed = c.has(1) ? mask[static_cast<std::size_t>(i)] : x[i] == 1;
    if (removed) c.require(x[i] == 1, "a dimension to be squeezed is not 1");
    if (!removed) dims.push_back(x[i]);
  }
  c.give(c.desc(0).dtype, Shape(std::move(dims)));
}

void infer_unsqueeze(Inference& c) {
  c.require_inputs(2, 2);
  const Shape& x = c.shape(0);
  const auto axes = c.integers(1);
  c.require(axes.size() <= 16, "too many axes");
  const int rank = x.rank() + static_cast<int>(axes.size());
  const auto mask = axis_mask(axes, rank);
  std::vector<std::int64_t> dims;
  dims.reserve(static_cast<std::size_t>(rank));
  int from = 0;
  for (int i = 0; i < rank; ++i) dims.push_back(mask[static_cast<std::size_t>(i)] ? 1 : x[from++]);
  c.give(c.desc(0).dtype, Shape(std::move(dims)));
}

void infer_pad(Inference& c) {
  c.require_inputs(1, 4);
  Shape out = c.shape(0);
  const auto pads = c.has(1) ? c.integers(1) : c.node.attributes.integers("pads", {});
  std::vector<std::int64_t> axes;
  axes.reserve(static_cast<std::size_t>(out.rank()));
  for (int i = 0; i < out.rank(); ++i) axes.push_back(i);
  if (c.has(3)) axes = c.integers(3);
  axis_mask(axes, out.rank());
  c.require(pads.size() == 2 * axes.size(), "pads need two values per axis");
  if (c.has(2)) c.require(c.shape(2).elements() == 1, "the value must be a scalar");
  const std::string mode = c.node.attributes.string("mode", "constant");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t front = pads[i];
    const std::int64_t back = pads[i + axes.size()];
    for (std::int64_t p : {front, back})
      c.require(p > -Shape::kMaxElements && p < Shape::kMaxElements, "a pad is out of range");
    std::int64_t& size = out[normalize_axis(axes[i], out.rank())];
    if (mode == "reflect") c.require(front < size && back < size, "reflection reaches beyond the input");
    if (mode == "edge") c.require(size > 0 || (front == 0 && back == 0), "an empty dimension has no edge");
    size += front + back;
    c.require(size >= 0, "negative pads remove more than there is");
  }
  if (mode != "constant" && mode != "reflect" && mode != "edge")
    fail(Code::unsupported, "pad mode '", mode, "'; supported: constant, reflect, edge");
  c.give(c.desc(0).dtype, std::move(out));
}

void infer_slice(Inference& c) {
  c.require_inputs(1, 5);
  Shape out = c.shape(0);
  for (const SliceRange& r : slice_ranges(c)) out[r.axis] = r.count;
  c.give(c.desc(0).dtype, std::move(out));
}

void infer_split(Inference& c) {
  c.require_inputs(1, 2);
  Shape out = c.shape(0);
  const int axis = normalize_axis(c.node.attributes.integer("axis", 0), out.rank());
  const auto count = static_cast<std::int64_t>(c.node.outputs.size());
  const std::int64_t size = out[axis];
  std::vector<std::int64_t> parts;
  if (c.has(1)) {
    parts = c.integers(1);
  } else {
    const std::int64_t part = (size + count - 1) / count;
    for (std::int64_t i = 0; i < count; ++i)
      parts.push_back(std::clamp<std::int64_t>(size - i * part, 0, part));
  }
  c.require(static_cast<std::int64_t>(parts.size()) == count, "the number of parts differs from the outputs");
  std::int64_t left = size;
  for (std::int64_t part : parts) {
    c.require(part >= 0 && part <= left, "the parts do not add up to the dimension");
    left -= part;
    out[axis] = part;
    c.give(c.desc(0).dtype, out);
  }
  c.require(left == 0, "the parts do not add up to the dimension");
}

void infer_reduce(Inference& c) {
  c.require_inputs(1, 2);
  const Shape& x = c.shape(0);
  auto axes = c.has(1) ? c.integers(1) : c.node.attributes.integers("axes", {});
  if (axes.empty() && c.node.attributes.integer("noop_with_empty_axes", 0) != 0) {
    c.give(c.desc(0).dtype, x);
    return;
  }
  if (axes.empty())
    for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
  const auto mask = axis_mask(axes, x.rank());
  const bool keep = c.node.attributes.integer("keepdims", 1) != 0;
  std::vector<std::int64_t> dims;
  for (int i = 0; i < x.rank(); ++i) {
    const bool reduced = mask[static_cast<std::size_t>(i)];
    if (reduced) c.require(x[i] > 0, "an empty dimension cannot be reduced");
    if (!reduced || keep) dims.push_back(reduced ? 1 : x[i]);
  }
  c.give(c.desc(0).dtype, Shape(std::move(dims)));
}

}  // namespace rt3d::graph
