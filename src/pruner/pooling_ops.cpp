#include <limits>

#include "graph/ops/window.h"
#include "pruner/operator_functions.h"
#include "pruner/tensors.h"
#include "pruner/window_pads.h"

namespace rt3d::pruner {

namespace {

// One to three spatial dimensions as three: n, c, d, h, w.
at::Tensor with_three_dimensions(at::Tensor x) {
  while (x.dim() < 5) x = x.unsqueeze(2);
  return x;
}

std::vector<std::int64_t> three(std::vector<std::int64_t> list, std::int64_t fallback) {
  list.insert(list.begin(), 3 - list.size(), fallback);
  return list;
}

// A pooling's windows, with the padding that lets them reach exactly as far as the last one does: ceil_mode's last window may reach
// beyond ONNX's pads, and without it the last elements may not be read at all (then a pad at the end is negative).
struct PoolWindows {
  explicit PoolWindows(const Call& call)
      : window(graph::resolve_window(call.node.attributes, shape_of(call[0]),
                                     call.node.attributes.integers("kernel_shape", {}))),
        kernel(three(window.kernel, 1)),
        strides(three(window.strides, 1)),
        dilations(three(window.dilations, 1)),
        reach(window.pads) {
    const std::size_t count = window.kernel.size();
    for (std::size_t i = 0; i < count; ++i)
      reach[i + count] = (window.output[i] - 1) * window.strides[i] +
                         window.dilations[i] * (window.kernel[i] - 1) + 1 -
                         call[0].size(static_cast<std::int64_t>(i) + 2) - window.pads[i];
  }

  at::Tensor padded(const at::Tensor& x, double value) const {
    return with_three_dimensions(at::constant_pad_nd(x, torch_pads(reach), value));
  }
  // The sum over each window.
  at::Tensor sums(const at::Tensor& x) const {
    const std::int64_t channels = x.size(1);
    std::vector<std::int64_t> ones{channels, 1};
    ones.insert(ones.end(), kernel.begin(), kernel.end());
    return at::convolution(x, at::ones(ones, x.options()), {}, strides, {0, 0, 0}, dilations, false,
                           {0, 0, 0}, channels);
  }
  at::Tensor shaped(const at::Tensor& y, const at::Tensor& x) const {
    std::vector<std::int64_t> shape{x.size(0), x.size(1)};
    shape.insert(shape.end(), window.output.begin(), window.output.end());
    return y.reshape(shape);
  }

  graph::Window window;
  std::vector<std::int64_t> kernel, strides, dilations;
  std::vector<std::int64_t> reach;  // pads
};

std::vector<std::int64_t> spatial_axes(const at::Tensor& x) {
  std::vector<std::int64_t> axes;
  for (std::int64_t i = 2; i < x.dim(); ++i) axes.push_back(i);
  return axes;
}

}  // namespace

std::vector<at::Tensor> max_pool(const Call& call) {
  const PoolWindows windows(call);
  const at::Tensor x = windows.padded(call[0], -std::numeric_limits<double>::infinity());
  return {windows.shaped(at::max_pool3d(x, windows.kernel, windows.strides, {0, 0, 0}, windows.dilations),
                         call[0])};
}

// The sum of what is inside, over the number of positions that count: those inside the input or, with count_include_pad, inside the
// padded input.
std::vector<at::Tensor> average_pool(const Call& call) {
  const PoolWindows windows(call);
  const bool count_pads = call.node.attributes.integer("count_include_pad", 0) != 0;
  std::vector<std::int64_t> shape(call[0].sizes().begin(), call[0].sizes().end());
  shape[0] = shape[1] = 1;
  const at::Tensor inside = at::ones(shape, call[0].options().requires_grad(false));
  at::Tensor counted = windows.padded(inside, 0);
  if (count_pads) {
    // Ones as far as ONNX's pads reach, zeros where ceil_mode's windows reach beyond them.
    std::vector<std::int64_t> beyond = windows.reach;
    const std::size_t count = beyond.size() / 2;
    for (std::size_t i = 0; i < count; ++i) {
      beyond[i] = 0;
      beyond[i + count] -= windows.window.pads[i + count];
    }
    counted = with_three_dimensions(at::constant_pad_nd(
        at::constant_pad_nd(inside, torch_pads(windows.window.pads), 1), torch_pads(beyond), 0));
  }
  const at::Tensor counts = at::clamp_min(windows.sums(counted), 1);
  return {windows.shaped(windows.sums(windows.padded(call[0], 0)) / counts, call[0])};
}

std::vector<at::Tensor> global_average_pool(const Call& call) {
  return {at::mean(call[0], spatial_axes(call[0]), true)};
}

std::vector<at::Tensor> global_max_pool(const Call& call) {
  return {at::amax(call[0], spatial_axes(call[0]), true)};
}

std::vector<at::Tensor> reduce_mean(const Call& call) {
  const Attributes& attributes = call.node.attributes;
  std::vector<std::int64_t> axes = call.has(1) ? call.integers(1) : attributes.integers("axes", {});
  if (axes.empty()) {
    if (attributes.integer("noop_with_empty_axes", 0) != 0) return {call[0]};
    for (std::int64_t i = 0; i < call[0].dim(); ++i) axes.push_back(i);
  }
  for (const std::int64_t axis : axes) call.require_not_batch(axis);
  return {at::mean(call[0], axes, attributes.integer("keepdims", 1) != 0)};
}

}  // namespace rt3d::pruner
