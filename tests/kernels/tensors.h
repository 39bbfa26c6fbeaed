// Making small tensors and problems in tests.
#pragma once

#include <vector>

#include "base/random.h"
#include "base/tensor.h"
#include "kernels/ref/ref.h"

namespace rt3d::tests {

inline Tensor f32(Shape shape, const std::vector<float>& values) {
  return Tensor::of<float>(DType::f32, std::move(shape), values);
}
inline Tensor i64(Shape shape, const std::vector<std::int64_t>& values) {
  return Tensor::of<std::int64_t>(DType::i64, std::move(shape), values);
}
inline Tensor boolean(Shape shape, const std::vector<std::uint8_t>& values) {
  return Tensor::of<std::uint8_t>(DType::boolean, std::move(shape), values);
}

// Output 0 of a problem's line.
inline Tensor ref(std::string_view line, const std::vector<Tensor>& inputs) {
  return kernels::ref::compute(kernels::parse_problem(line), inputs).at(0);
}

template <typename T>
std::vector<T> values(const Tensor& tensor) {
  const auto v = tensor.values<T>();
  return {v.begin(), v.end()};
}

}  // namespace rt3d::tests
