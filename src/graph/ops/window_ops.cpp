// Shapes of convolution, pooling and normalisation.
#include "graph/ops/infer_functions.h"
#include "graph/ops/window.h"

namespace rt3d::graph {

void infer_conv(Inference& c) {
  c.require_inputs(2, 4);
  c.require_same_dtype();
  const Shape& x = c.shape(0);
  const Shape& w = c.shape(1);
  c.require(x.rank() >= 3 && w.rank() == x.rank(), "input and weights need the same rank of 3 to 5");
  const std::int64_t group = c.node.attributes.integer("group", 1);
  if (group < 1 || group > w[0] || w[0] % group != 0 || w[1] < 1 || x[1] % group != 0 || x[1] / group != w[1])
    fail(Code::invalid_model, "input ", x.text(), " and weights ", w.text(), " do not fit with ", group, " groups");
  std::vector<std::int64_t> kernel(w.begin() + 2, w.end());
  const auto declared = c.node.attributes.integers("kernel_shape", kernel);
  if (declared != kernel) fail(Code::invalid_model, "kernel_shape differs from the weights' shape ", w.text());
  if (c.has(2) && c.shape(2) != Shape{w[0]})
    fail(Code::invalid_model, "the bias is ", c.shape(2).text(), ", expected ", w[0]);
  const Window window = resolve_window(c.node.attributes, x, std::move(kernel));
  std::vector<std::int64_t> dims{x[0], w[0]};
  dims.insert(dims.end(), window.output.begin(), window.output.end());
  if (c.has(3) && c.shape(3).dims() != dims)
    fail(Code::invalid_model, "the added tensor is ", c.shape(3).text(), ", expected ", Shape(dims).text());
  c.give(c.desc(0).dtype, Shape(std::move(dims)));
}

void infer_pool(Inference& c) {
  c.require_inputs(1, 1);
  const Shape& x = c.shape(0);
  c.require(x.rank() >= 3, "the input needs a rank of 3 to 5");
  c.require(c.node.attributes.has("kernel_shape"), "kernel_shape is missing");
  const Window window = resolve_window(c.node.attributes, x, c.node.attributes.integers("kernel_shape", {}));
  const auto spatial = window.kernel.size();
  for (std::size_t i = 0; i < spatial; ++i) {
    const std::int64_t reach = window.dilations[i] * (window.kernel[i] - 1) + 1;
    if (window.pads[i] >= reach || window.pads[i + spatial] >= reach)
      fail(Code::invalid_model, "padding must be smaller than the window of ", reach);
  }
  std::vector<std::int64_t> dims{x[0], x[1]};
  dims.insert(dims.end(), window.output.begin(), window.output.end());
  c.give(c.desc(0).dtype, Shape(std::move(dims)));
}

void infer_global_pool(Inference& c) {
  c.require_inputs(1, 1);
  Shape out = c.shape(0);
  c.require(out.rank() >= 3, "the input needs a rank of at least 3");
  for (int i = 2; i < out.rank(); ++i) {
    c.require(out[i] > 0, "the input has an empty dimension");
    out[i] = 1;
  }
  c.give(c.desc(0).dtype, std::move(out));
}

void infer_batch_normalization(Inference& c) {
  c.require_inputs(5, 5);
  const Shape& x = c.shape(0);
  c.require(x.rank() >= 2, "the input needs a rank of at least 2");
  for (std::size_t i = 1; i < 5; ++i)
    if (c.shape(i) != Shape{x[1]})
      fail(Code::invalid_model, "input ", i, " is ", c.shape(i).text(), ", expected ", x[1]);
  c.give(c.desc(0).dtype, x);
}

}  // namespace rt3d::graph
