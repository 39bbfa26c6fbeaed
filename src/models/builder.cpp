#include "models/builder.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "models/weights.h"

namespace rt3d::models {

namespace {

Dims filled(const Dims& dims, std::size_t count, std::int64_t value) {
  return dims.empty() ? Dims(count, value) : dims;
}

Dims both_ends(const Dims& padding) {
  Dims pads = padding;
  pads.insert(pads.end(), padding.begin(), padding.end());
  return pads;
}

Attributes window_attributes(const Dims& kernel, const Dims& stride, const Dims& padding) {
  Attributes attributes;
  attributes.set("kernel_shape", kernel);
  attributes.set("strides", stride);
  attributes.set("pads", both_ends(padding));
  return attributes;
}

}  // namespace

Builder::Builder(const MakeRequest& request) : width_(request.width), seed_(request.seed) {
  graph_.name = request.name;
}

std::int64_t Builder::wide(std::int64_t channels) const {
  return std::max<std::int64_t>(1, std::llround(static_cast<double>(channels) * width_));
}

ValueId Builder::input(const std::string& name, const Shape& shape) {
  const ValueId id = graph_.add_value(name, {DType::f32, shape}, true);
  graph_.inputs.push_back(id);
  return id;
}

ValueId Builder::conv(const std::string& name, ValueId x, const ConvLayer& layer) {
  const std::size_t rank = layer.kernel.size();
  const Dims stride = filled(layer.stride, rank, 1);
  Dims padding = layer.kernel;
  for (std::int64_t& p : padding) p /= 2;
  Dims weight_dims = {layer.channels, channels(x) / layer.groups};
  weight_dims.insert(weight_dims.end(), layer.kernel.begin(), layer.kernel.end());
  const Shape weight_shape(weight_dims);
  const std::int64_t fan_in = weight_shape.elements(1, weight_shape.rank());
  std::vector<ValueId> inputs = {x, weights(name + ".weight", weight_shape, fan_in, layer.gain)};
  if (layer.bias) inputs.push_back(uniform(name + ".bias", {layer.channels}, -0.05, 0.05));
  Attributes attributes = window_attributes(layer.kernel, stride, padding);
  attributes.set("dilations", Dims(rank, 1));
  attributes.set("group", layer.groups);
  return emit("Conv", name, std::move(inputs),
              window_output(name, x, layer.channels, layer.kernel, stride, padding), std::move(attributes));
}

ValueId Builder::norm(const std::string& name, ValueId x, double epsilon, float scale) {
  const Shape per_channel = {channels(x)};
  Attributes attributes;
  attributes.set("epsilon", epsilon);
  return emit("BatchNormalization", name,
              {x, uniform(name + ".weight", per_channel, 0.9 * scale, 1.1 * scale),
               uniform(name + ".bias", per_channel, -0.05, 0.05),
               uniform(name + ".running_mean", per_channel, -0.05, 0.05),
               uniform(name + ".running_var", per_channel, 0.9, 1.1)},
              shape(x), std::move(attributes));
}

ValueId Builder::linear(const std::string& name, ValueId x, std::int64_t features, double gain) {
  const std::int64_t k = shape(x)[1];
  Attributes attributes;
  attributes.set("alpha", 1.0);
  attributes.set("beta", 1.0);
  attributes.set("transB", std::int64_t{1});
  return emit("Gemm", name,
              {x, weights(name + ".weight", {features, k}, k, gain),
               uniform(name + ".bias", {features}, -0.05, 0.05)},
              {shape(x)[0], features}, std::move(attributes));
}

ValueId Builder::linear_channels(const std::string& name, ValueId x, std::int64_t features) {
  const std::int64_t k = channels(x);
  const ValueId rows = transpose(name + ".rows", x, {0, 2, 3, 4, 1});
  Shape product_shape = shape(rows);
  product_shape[4] = features;
  const ValueId product =
      emit("MatMul", name, {rows, weights(name + ".weight", {k, features}, k, kLinear)}, product_shape);
  const ValueId sum =
      emit("Add", name + ".add", {product, uniform(name + ".bias", {features}, -0.05, 0.05)}, product_shape);
  return transpose(name + ".columns", sum, {0, 4, 1, 2, 3});
}

ValueId Builder::relu6(const std::string& name, ValueId x) {
  const auto scalar = [&](const char* suffix, float value) {
    return graph_.add_constant(name + suffix, Tensor::of<float>(DType::f32, Shape{}, {&value, 1}));
  };
  const ValueId low = scalar(".min", 0.0f);
  return emit("Clip", name, {x, low, scalar(".max", 6.0f)}, shape(x));
}

ValueId Builder::swish(const std::string& name, ValueId x) {
  return multiply(name, x, sigmoid(name + ".sigmoid", x));
}

ValueId Builder::softmax(const std::string& name, ValueId x, std::int64_t axis) {
  Attributes attributes;
  attributes.set("axis", axis);
  return emit("Softmax", name, {x}, shape(x), std::move(attributes));
}

ValueId Builder::concat(const std::string& name, const std::vector<ValueId>& parts) {
  Shape out = shape(parts.front());
  out[1] = 0;
  for (const ValueId part : parts) out[1] += channels(part);
  Attributes attributes;
  attributes.set("axis", std::int64_t{1});
  return emit("Concat", name, parts, out, std::move(attributes));
}

ValueId Builder::global_average_pool(const std::string& name, ValueId x) {
  Dims out(static_cast<std::size_t>(shape(x).rank()), 1);
  out[0] = shape(x)[0];
  out[1] = channels(x);
  return emit("GlobalAveragePool", name, {x}, Shape(out));
}

ValueId Builder::spatial_mean(const std::string& name, ValueId x, bool keep_dims) {
  Dims axes;
  Dims out = {shape(x)[0], channels(x)};
  for (int axis = 2; axis < shape(x).rank(); ++axis) {
    axes.push_back(axis);
    if (keep_dims) out.push_back(1);
  }
  Attributes attributes;
  attributes.set("axes", axes);
  attributes.set("keepdims", std::int64_t{keep_dims});
  return emit("ReduceMean", name, {x}, Shape(out), std::move(attributes));
}

ValueId Builder::flatten(const std::string& name, ValueId x) {
  Attributes attributes;
  attributes.set("axis", std::int64_t{1});
  return emit("Flatten", name, {x}, {shape(x)[0], shape(x).elements(1, shape(x).rank())},
              std::move(attributes));
}

ValueId Builder::reshape_flat(const std::string& name, ValueId x) {
  const Dims target = {shape(x)[0], -1};
  const ValueId to = graph_.add_constant(name + ".shape", Tensor::of<std::int64_t>(DType::i64, {2}, target));
  return emit("Reshape", name, {x, to}, {shape(x)[0], shape(x).elements(1, shape(x).rank())});
}

ValueId Builder::squeeze_excite(const std::string& name, ValueId x, std::int64_t reduced) {
  const Dims one(static_cast<std::size_t>(shape(x).rank() - 2), 1);
  ValueId gate = spatial_mean(name + ".mean", x, true);
  gate = conv(name + ".block.0", gate, {.channels = reduced, .kernel = one, .bias = true});
  gate = relu(name + ".block.1", gate);
  gate =
      conv(name + ".block.2", gate, {.channels = channels(x), .kernel = one, .bias = true, .gain = kLinear});
  return multiply(name, x, sigmoid(name + ".block.3", gate));
}

graph::Graph Builder::finish(ValueId output) {
  graph_.value(output).name = "output";
  graph_.outputs = {output};
  return std::move(graph_);
}

ValueId Builder::unary(const char* op, const std::string& name, ValueId x) {
  return emit(op, name, {x}, shape(x));
}

// One side may have 1 where the other has the larger extent.
ValueId Builder::binary(const char* op, const std::string& name, ValueId a, ValueId b) {
  Shape out = shape(a);
  for (int axis = 0; axis < out.rank(); ++axis) out[axis] = std::max(out[axis], shape(b)[axis]);
  return emit(op, name, {a, b}, out);
}

ValueId Builder::pool(const char* op, const std::string& name, ValueId x, const PoolLayer& layer) {
  const std::size_t rank = layer.kernel.size();
  const Dims stride = filled(layer.stride, rank, 1);
  const Dims padding = filled(layer.padding, rank, 0);
  return emit(op, name, {x}, window_output(name, x, channels(x), layer.kernel, stride, padding),
              window_attributes(layer.kernel, stride, padding));
}

ValueId Builder::transpose(const std::string& name, ValueId x, const Dims& perm) {
  Dims out;
  for (const std::int64_t axis : perm) out.push_back(shape(x)[static_cast<int>(axis)]);
  Attributes attributes;
  attributes.set("perm", perm);
  return emit("Transpose", name, {x}, Shape(out), std::move(attributes));
}

ValueId Builder::emit(const char* op, const std::string& name, std::vector<ValueId> inputs, Shape shape,
                      Attributes attributes) {
  const ValueId out = graph_.add_value(name, {DType::f32, std::move(shape)}, true);
  graph::Node node;
  node.op = op;
  node.name = name;
  node.inputs = std::move(inputs);
  node.outputs = {out};
  node.attributes = std::move(attributes);
  graph_.nodes.push_back(std::move(node));
  return out;
}

ValueId Builder::uniform(const std::string& name, const Shape& shape, double low, double high) {
  return graph_.add_constant(
      name, uniform_tensor(seed_, name, shape, static_cast<float>(low), static_cast<float>(high)));
}

ValueId Builder::weights(const std::string& name, const Shape& shape, std::int64_t fan_in, double gain) {
  const double bound = std::sqrt(3.0 * gain / static_cast<double>(fan_in));
  return uniform(name, shape, -bound, bound);
}

Shape Builder::window_output(const std::string& name, ValueId x, std::int64_t channels, const Dims& kernel,
                             const Dims& stride, const Dims& padding) const {
  Dims out = {shape(x)[0], channels};
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::int64_t room = shape(x)[static_cast<int>(i) + 2] + 2 * padding[i] - kernel[i];
    if (room < 0)
      fail(Code::invalid_argument, "building ", graph_.name, ": at ", name, " the input ", shape(x).text(),
           " is smaller than the window (", kernel[i], " in spatial dimension ", i,
           "); ask for more frames or a larger size");
    out.push_back(room / stride[i] + 1);
  }
  return Shape(out);
}

}  // namespace rt3d::models
