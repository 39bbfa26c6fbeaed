#include "runtime/running/onnx_compute.h"

#include "base/error.h"
#include "kernels/ref/ref.h"

namespace rt3d::runtime {
namespace {

using kernels::Problem;

Tensor compute_one(std::string op, std::vector<Tensor> inputs, Shape shape, Attributes attributes = {}) {
  Problem problem;
  problem.op = std::move(op);
  for (const Tensor& t : inputs)
    problem.inputs.push_back({.desc = t.desc(), .constant = true, .absent = false});
  problem.outputs.push_back({inputs[0].dtype(), std::move(shape)});
  problem.attributes = std::move(attributes);
  return kernels::ref::compute(problem, inputs)[0];
}

Tensor transposed(const Tensor& t) {
  Attributes attributes;
  attributes.set("perm", std::vector<std::int64_t>{1, 0});
  return compute_one("Transpose", {t}, {t.shape()[1], t.shape()[0]}, std::move(attributes));
}

Tensor scaled(const Tensor& t, double factor) {
  if (factor == 1) return t;
  const auto value = static_cast<float>(factor);
  return compute_one("Mul", {t, Tensor::of<float>(DType::f32, Shape{1}, {&value, 1})}, t.shape());
}

Tensor gemm(const Problem& p, std::span<const Tensor> inputs) {
  if (inputs.size() < 2 || inputs[0].shape().rank() != 2 || inputs[1].shape().rank() != 2)
    fail(Code::invalid_model, p.text(), ": expected two matrices");
  const Tensor a = p.attributes.integer("transA", 0) ? transposed(inputs[0]) : inputs[0];
  const Tensor b = p.attributes.integer("transB", 0) ? inputs[1] : transposed(inputs[1]);
  const Shape& out = p.outputs.at(0).shape;
  Tensor product = scaled(compute_one("Gemm", {a, b}, out), p.attributes.real("alpha", 1));
  if (!p.has_input(2)) return product;
  return compute_one("Add", {product, scaled(inputs[2], p.attributes.real("beta", 1))}, out);
}

}  // namespace

std::vector<Tensor> compute_onnx(const Problem& problem, std::span<const Tensor> inputs) {
  if (problem.op == "Gemm" && problem.attributes.has("transB")) return {gemm(problem, inputs)};
  return kernels::ref::compute(problem, inputs);
}

graph::Evaluator reference_evaluator() {
  return [](const graph::Node& node, std::span<const Tensor* const> inputs,
            std::span<const TensorDesc> outputs) {
    Problem problem;
    problem.op = node.op;
    problem.attributes = node.attributes;
    std::vector<Tensor> tensors;
    for (const Tensor* tensor : inputs) {
      tensors.push_back(tensor ? *tensor : Tensor());
      problem.inputs.push_back({.desc = tensor ? tensor->desc() : TensorDesc{},
                                .constant = tensor != nullptr,
                                .absent = tensor == nullptr});
    }
    problem.outputs.assign(outputs.begin(), outputs.end());
    return compute_onnx(problem, tensors);
  };
}

}  // namespace rt3d::runtime
