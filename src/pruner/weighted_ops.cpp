// What multiplies by trained parameters.
#include "graph/ops/window.h"
#include "graph/transformed_weights.h"
#include "pruner/operator_functions.h"
#include "pruner/tensors.h"
#include "pruner/window_pads.h"
#include "pruner/winograd_conv.h"

namespace rt3d::pruner {

std::vector<at::Tensor> convolve(const Call& call) {
  const at::Tensor& w = call[1];
  if (is_transformed(call.node)) {
    const at::Tensor y =
        WinogradConv(call.node, shape_of(call[0]), shape_of(w)).run(call[0], call[graph::kTransformedInput]);
    if (!call.has(2)) return {y};
    std::vector<std::int64_t> sizes(static_cast<std::size_t>(y.dim()), 1);
    sizes[1] = -1;
    return {y + call[2].reshape(sizes)};
  }
  const graph::Window window =
      graph::resolve_window(call.node.attributes, shape_of(call[0]),
                            std::vector<std::int64_t>(w.sizes().begin() + 2, w.sizes().end()));
  const c10::optional<at::Tensor> bias = call.has(2) ? c10::optional<at::Tensor>(call[2]) : c10::nullopt;
  const auto spatial = window.kernel.size();
  at::Tensor x = call[0];
  std::vector<std::int64_t> pads(window.pads.begin(),
                                 window.pads.begin() + static_cast<std::ptrdiff_t>(spatial));
  if (!std::equal(pads.begin(), pads.end(), window.pads.begin() + static_cast<std::ptrdiff_t>(spatial))) {
    x = at::constant_pad_nd(x, torch_pads(window.pads), 0);
    pads.assign(spatial, 0);
  }
  return {at::convolution(x, w, bias, window.strides, pads, window.dilations, false,
                          std::vector<std::int64_t>(spatial, 0), call.node.attributes.integer("group", 1))};
}

// In training the statistics are the batch's, and the running ones move towards them in place. ONNX's momentum is the share of the
// old ones that stays, libtorch's that of the new ones.
std::vector<at::Tensor> normalize_batch(const Call& call) {
  const graph::Node& node = call.node;
  return {at::batch_norm(call[0], call[1], call[2], call[3], call[4], call.training,
                         1 - node.attributes.real("momentum", 0.9), node.attributes.real("epsilon", 1e-5),
                         false)};
}

// As ONNX means it: the importer states transB (graph/onnx/upgrade.h).
std::vector<at::Tensor> gemm(const Call& call) {
  const Attributes& attributes = call.node.attributes;
  const at::Tensor a = attributes.integer("transA", 0) ? call[0].t() : call[0];
  const at::Tensor b = attributes.integer("transB", 0) ? call[1].t() : call[1];
  const double alpha = attributes.real("alpha", 1), beta = attributes.real("beta", 1);
  at::Tensor product = at::matmul(a, b);
  if (alpha != 1) product = product * alpha;
  if (call.has(2)) product = product + (beta == 1 ? call[2] : call[2] * beta);
  return {product};
}

std::vector<at::Tensor> matmul(const Call& call) { return {at::matmul(call[0], call[1])}; }

}  // namespace rt3d::pruner
