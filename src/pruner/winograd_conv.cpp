#include "pruner/winograd_conv.h"

#include "base/error.h"
#include "graph/ops/window.h"
#include "graph/transformed_weights.h"
#include "kernels/winograd_points.h"

namespace rt3d::pruner {
namespace {

at::Tensor matrix(const kernels::LinearMap& map) {
  at::Tensor values = at::empty({map.outputs, map.inputs}, at::kDouble);
  double* to = values.data_ptr<double>();
  for (int i = 0; i < map.outputs; ++i)
    for (int k = 0; k < map.inputs; ++k) *to++ = map.at(i, k);
  return values.to(at::kFloat);
}

}  // namespace

bool is_transformed(const graph::Node& node) {
  return node.op == "Conv" && node.inputs.size() > graph::kTransformedInput &&
         node.inputs[graph::kTransformedInput] != graph::kNoValue;
}

WinogradConv::WinogradConv(const graph::Node& conv, const Shape& input, const Shape& weights)
    : rank_(input.rank()), clips_(input[0]) {
  const auto tile = find_winograd_tile(conv.attributes.string(graph::kTileAttribute, ""));
  if (!tile) fail(Code::internal, conv.name, " has no known tile");
  const graph::Window window =
      graph::resolve_window(conv.attributes, input, {weights.begin() + 2, weights.end()});
  const std::size_t spatial = window.kernel.size();
  for (std::size_t i = 0; i < 3; ++i) {
    Axis& axis = axes_[i];
    axis = {.in = 1,
            .out = 1,
            .pad = 0,
            .stride = 1,
            .m = 1,
            .input = at::ones({1, 1}),
            .output = at::ones({1, 1}),
            .squares = at::ones({1})};
    if (i + spatial < 3) continue;  // no depth
    const std::size_t at = i + spatial - 3;
    const std::int64_t taps = window.kernel[at];
    axis.in = input[static_cast<int>(at) + 2];
    axis.out = window.output[at];
    axis.pad = window.pads[at];
    axis.stride = window.strides[at];
    const int m = i == 0 ? tile->t : tile->s;
    if (m == 1) {  // a product for each tap, and their sum
      axis.input = at::eye(taps);
      axis.output = at::ones({1, taps});
      axis.squares = at::ones({taps});
      continue;
    }
    const kernels::WinogradTransform& transform = kernels::winograd_transform(m, taps, axis.stride);
    axis.m = m;
    axis.input = matrix(transform.input);
    axis.output = matrix(transform.output);
    axis.squares = matrix(transform.kernel).square().sum(1);
  }
}

at::Tensor WinogradConv::inputs(const at::Tensor& x) const {
  at::Tensor v = rank_ == 4 ? x.unsqueeze(2) : x;
  std::vector<std::int64_t> pads;
  for (int i = 2; i >= 0; --i) {
    const Axis& a = axes_[static_cast<std::size_t>(i)];
    const std::int64_t read = (a.tiles() - 1) * a.m * a.stride + a.input.size(1);
    pads.push_back(a.pad);
    pads.push_back(read - a.pad - a.in);  // fewer than none where the last tile does not reach the end
  }
  v = at::constant_pad_nd(v, pads, 0);
  // [clips, ic, depth, height, width], then one axis after the other tiles, and its points behind all others: width's, height's, depth's.
  for (int i = 2; i >= 0; --i) {
    const Axis& a = axes_[static_cast<std::size_t>(i)];
    v = at::matmul(v.unfold(i + 2, a.input.size(1), a.m * a.stride), a.input.t());
  }
  v = v.permute({7, 6, 5, 1, 0, 2, 3, 4});
  return v.reshape({v.size(0) * v.size(1) * v.size(2), v.size(3), -1});
}

at::Tensor WinogradConv::outputs(const at::Tensor& products) const {
  const auto& [d, h, w] = axes_;
  const std::int64_t oc = products.size(1);
  // Points are summed one axis after the other; what is behind stays.
  at::Tensor y = at::matmul(w.output, products.reshape({d.points() * h.points(), w.points(), -1}));
  y = at::matmul(h.output, y.reshape({d.points(), h.points(), -1}));
  y = at::matmul(d.output, y.reshape({d.points(), -1}));
  y = y.reshape({d.m, h.m, w.m, oc, clips_, d.tiles(), h.tiles(), w.tiles()})
          .permute({4, 3, 5, 0, 6, 1, 7, 2});
  y = y.reshape({clips_, oc, d.tiles() * d.m, h.tiles() * h.m, w.tiles() * w.m});
  y = y.slice(2, 0, d.out).slice(3, 0, h.out).slice(4, 0, w.out);
  return rank_ == 4 ? y.squeeze(2) : y;
}

at::Tensor WinogradConv::run(const at::Tensor& x, const at::Tensor& u) const {
  const at::Tensor by_point = u.reshape({u.size(0), u.size(1), -1}).permute({2, 0, 1});
  return outputs(at::bmm(by_point, inputs(x)));
}

at::Tensor WinogradConv::step_scale() const {
  constexpr double kCalm = 0.25;
  const auto& [d, h, w] = axes_;
  return kCalm * d.squares.reshape({-1, 1, 1}) * h.squares.reshape({-1, 1}) * w.squares;
}

at::Tensor WinogradConv::output_map() const {
  at::Tensor map = at::ones({1, 1}, at::kDouble);
  for (const Axis& axis : axes_) {
    const at::Tensor own = axis.output.t().to(at::kDouble);  // [points, m]
    map = (map.unsqueeze(1).unsqueeze(3) * own.unsqueeze(1).unsqueeze(0))
              .reshape({map.size(0) * own.size(0), map.size(1) * own.size(1)});
  }
  return map;
}

}  // namespace rt3d::pruner
