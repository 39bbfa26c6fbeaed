#include "pruner/tensors.h"

#include <cstring>

#include "base/error.h"

namespace rt3d::pruner {

namespace {

at::ScalarType torch_type(DType dtype) {
  switch (dtype) {
    case DType::f32: return at::kFloat;
    case DType::f64: return at::kDouble;
    case DType::i64: return at::kLong;
    case DType::i32: return at::kInt;
    case DType::i8: return at::kChar;
    case DType::u8: return at::kByte;
    case DType::boolean: return at::kBool;
    case DType::f16: break;
  }
  fail(Code::unsupported, "a tensor of halves; models are trained in float32");
}

}  // namespace

at::Tensor torch_tensor(const Tensor& tensor) {
  const Tensor source = tensor.aligned_copy();
  at::Tensor result = at::empty(source.shape().dims(), torch_type(source.dtype()));
  if (!source.bytes().empty()) std::memcpy(result.data_ptr(), source.bytes().data(), source.bytes().size());
  return result;
}

Tensor host_tensor(const at::Tensor& tensor) {
  const at::Tensor source = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  return Tensor::of<float>(
      DType::f32, shape_of(source),
      std::span<const float>(source.data_ptr<float>(), static_cast<std::size_t>(source.numel())));
}

Shape shape_of(const at::Tensor& tensor) {
  return Shape(std::vector<std::int64_t>(tensor.sizes().begin(), tensor.sizes().end()));
}

}  // namespace rt3d::pruner
