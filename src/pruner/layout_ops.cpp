#include <numeric>

#include "base/error.h"
#include "graph/ops/slice_range.h"
#include "pruner/operator_functions.h"

namespace rt3d::pruner {

namespace {

std::int64_t axis_of(const Call& call, std::int64_t fallback) {
  const std::int64_t axis = call.node.attributes.integer("axis", fallback);
  return axis < 0 ? axis + call[0].dim() : axis;
}

at::Tensor indices(const std::vector<std::int64_t>& list) {
  return at::tensor(at::ArrayRef<std::int64_t>(list), at::kLong);
}

// What stands at position i of an axis that was padded by `front` by mirroring (without the border itself) or by its border.
std::int64_t source_position(std::int64_t i, std::int64_t size, bool reflects) {
  if (!reflects) return std::clamp<std::int64_t>(i, 0, size - 1);
  if (i < 0) i = -i;
  return i < size ? i : 2 * (size - 1) - i;
}

}  // namespace

std::vector<at::Tensor> concatenate(const Call& call) {
  call.require_not_batch(axis_of(call, 0));
  std::vector<at::Tensor> parts;
  for (const at::Tensor* input : call.inputs) parts.push_back(*input);
  return {at::cat(parts, axis_of(call, 0))};
}

// The target is the output's shape in the graph, with as many clips as there are.
std::vector<at::Tensor> reshape(const Call& call) {
  std::vector<std::int64_t> target = call.output_shape().dims();
  if (call.batch != call.graph_batch) {
    const Shape& from = call.input_shape();
    if (target.empty() || from.rank() == 0 || target[0] != call.graph_batch || from[0] != call.graph_batch)
      call.refuse_batch();
    target[0] = call.batch;
  }
  return {call[0].reshape(target)};
}

std::vector<at::Tensor> transpose(const Call& call) {
  std::vector<std::int64_t> backwards(static_cast<std::size_t>(call[0].dim()));
  std::iota(backwards.rbegin(), backwards.rend(), 0);
  const std::vector<std::int64_t> perm = call.node.attributes.integers("perm", backwards);
  if (call.batch != call.graph_batch && perm[0] != 0) call.refuse_batch();
  return {call[0].permute(perm)};
}

std::vector<at::Tensor> slice(const Call& call) {
  at::Tensor x = call[0];
  for (const graph::SliceRange& range : graph::slice_ranges({.graph = call.graph, .node = call.node})) {
    if (range.start == 0 && range.step == 1 && range.count == call.input_shape()[range.axis]) continue;
    call.require_not_batch(range.axis);
    std::vector<std::int64_t> positions(static_cast<std::size_t>(range.count));
    for (std::size_t i = 0; i < positions.size(); ++i)
      positions[i] = range.start + static_cast<std::int64_t>(i) * range.step;
    x = range.step == 1 ? x.narrow(range.axis, range.start, range.count)
                        : x.index_select(range.axis, indices(positions));
  }
  return {x};
}

std::vector<at::Tensor> split(const Call& call) {
  const std::int64_t axis = axis_of(call, 0);
  call.require_not_batch(axis);
  std::vector<at::Tensor> parts;
  std::int64_t start = 0;
  for (std::size_t i = 0; i < call.node.outputs.size(); ++i) {
    if (call.node.outputs[i] == graph::kNoValue)
      fail(Code::unsupported, "node ", graph::node_text(call.graph, call.node), " leaves out an output");
    const std::int64_t size = call.output_shape(i)[static_cast<int>(axis)];
    parts.push_back(call[0].narrow(axis, start, size));
    start += size;
  }
  return parts;
}

std::vector<at::Tensor> gather(const Call& call) {
  const at::Tensor& x = call[0];
  const std::int64_t axis = axis_of(call, 0);
  call.require_not_batch(axis);
  std::vector<std::int64_t> positions = call.integers(1);
  for (std::int64_t& position : positions)
    if (position < 0) position += x.size(axis);
  std::vector<std::int64_t> shape(x.sizes().begin(), x.sizes().begin() + axis);
  const Shape& index_shape = call.input_shape(1);
  shape.insert(shape.end(), index_shape.begin(), index_shape.end());
  shape.insert(shape.end(), x.sizes().begin() + axis + 1, x.sizes().end());
  return {x.index_select(axis, indices(positions)).reshape(shape)};
}

std::vector<at::Tensor> pad(const Call& call) {
  at::Tensor x = call[0];
  const auto rank = static_cast<std::size_t>(x.dim());
  const std::vector<std::int64_t> given =
      call.has(1) ? call.integers(1) : call.node.attributes.integers("pads", {});
  std::vector<std::int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (call.has(3)) axes = call.integers(3);
  std::vector<std::int64_t> pads(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(axes[i] < 0 ? axes[i] + x.dim() : axes[i]);
    pads[axis] = given[i];
    pads[axis + rank] = given[i + axes.size()];
    if (given[i] != 0 || given[i + axes.size()] != 0) call.require_not_batch(static_cast<std::int64_t>(axis));
  }
  const std::string mode = call.node.attributes.string("mode", "constant");
  if (mode == "constant") {
    std::vector<std::int64_t> ordered;
    for (std::size_t i = rank; i-- > 0;) ordered.insert(ordered.end(), {pads[i], pads[i + rank]});
    return {at::constant_pad_nd(x, ordered, call.has(2) ? call[2].reshape({}).item() : at::Scalar(0))};
  }
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (pads[axis] == 0 && pads[axis + rank] == 0) continue;
    const std::int64_t size = x.size(static_cast<std::int64_t>(axis));
    std::vector<std::int64_t> positions;
    for (std::int64_t i = -pads[axis]; i < size + pads[axis + rank]; ++i)
      positions.push_back(source_position(i, size, mode == "reflect"));
    x = x.index_select(static_cast<std::int64_t>(axis), indices(positions));
  }
  return {x};
}

}  // namespace rt3d::pruner
