#include "base/tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/buffer.h"
#include "base/error.h"

namespace rt3d {
namespace {

// Calls f with a value of the C++ type behind `dtype` (f16 is passed as its bits).
template <typename F>
void with_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32: return f(float{});
    case DType::f64: return f(double{});
    case DType::f16: return f(std::uint16_t{});
    case DType::i64: return f(std::int64_t{});
    case DType::i32: return f(std::int32_t{});
    case DType::i8: return f(std::int8_t{});
    case DType::u8: return f(std::uint8_t{});
    case DType::boolean: return f(bool{});
  }
}

template <typename T>
T saturated(double value) {
  if constexpr (std::is_same_v<T, bool>) return value != 0;
  if constexpr (std::is_floating_point_v<T>) return static_cast<T>(value);
  if (std::isnan(value)) return T{};
  if (value <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  if (value >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  return static_cast<T>(value);
}

// Numbers that may be unaligned, times `factor`.
void scale(const std::byte* from, std::size_t count, double factor, float* to) {
  for (std::size_t i = 0; i < count; ++i) {
    float number = 0;
    std::memcpy(&number, from + i * sizeof number, sizeof number);
    to[i] = static_cast<float>(number * factor);
  }
}

}  // namespace

Tensor::Tensor(TensorDesc desc, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
    : desc_(std::move(desc)), elements_(desc_.shape.elements()), bytes_(bytes), owner_(std::move(owner)) {
  if (bytes_.size() != static_cast<std::size_t>(elements_) * dtype_bytes(desc_.dtype))
    fail(Code::invalid_model, "a tensor ", dtype_name(desc_.dtype), " ", desc_.shape.text(), " needs ",
         static_cast<std::size_t>(elements_) * dtype_bytes(desc_.dtype), " bytes but has ", bytes_.size());
}

Tensor Tensor::in_file(TensorDesc desc, std::span<const std::byte> bytes,
                       std::shared_ptr<const MappedFile> file) {
  const MappedFile* mapped = file.get();
  Tensor tensor(std::move(desc), bytes, std::move(file));
  tensor.file_ = mapped;
  return tensor;
}

Tensor Tensor::allocate(TensorDesc desc) {
  const auto bytes = static_cast<std::size_t>(desc.shape.elements()) * dtype_bytes(desc.dtype);
  auto buffer = std::make_shared<Buffer>(bytes);
  const std::span<const std::byte> view(buffer->data(), bytes);
  return Tensor(std::move(desc), view, std::move(buffer));
}

std::byte* Tensor::mutable_data() { return const_cast<std::byte*>(bytes_.data()); }

Tensor Tensor::aligned_copy() const { return aligned() ? *this : copied(); }
Tensor Tensor::in_memory() const { return aligned() && !file_ ? *this : copied(); }

// Pages of a file leave memory as they are copied, so that the bytes are there once.
Tensor Tensor::copied() const {
  constexpr std::size_t kPart = std::size_t{4} << 20;
  Tensor copy = allocate(desc_);
  for (std::size_t at = 0; at < bytes_.size(); at += kPart) {
    const auto part = bytes_.subspan(at, std::min(kPart, bytes_.size() - at));
    if (factors_)
      copy_scaled(at, part.size(), copy.mutable_data() + at);
    else
      std::memcpy(copy.mutable_data() + at, part.data(), part.size());
    if (file_) file_->release(part);
  }
  return copy;
}

// The bytes, which may be unaligned, from `first` on: numbers times their rows' factors.
void Tensor::copy_scaled(std::size_t first, std::size_t count, std::byte* to) const {
  const std::size_t row_bytes = bytes_.size() / factors_->size();
  for (const std::size_t end = first + count; first < end;) {
    const std::size_t row = first / row_bytes;
    const std::size_t numbers = (std::min(end, (row + 1) * row_bytes) - first) / sizeof(float);
    scale(bytes_.data() + first, numbers, (*factors_)[row], reinterpret_cast<float*>(to));
    first += numbers * sizeof(float);
    to += numbers * sizeof(float);
  }
}

Tensor Tensor::rows_scaled(std::vector<double> factors) const {
  if (factors_) return in_memory().rows_scaled(std::move(factors));
  if (dtype() != DType::f32 || shape().rank() == 0 || static_cast<std::int64_t>(factors.size()) != shape()[0])
    fail(Code::internal, "cannot scale ", dtype_name(dtype()), " ", shape().text(), " by ", factors.size(),
         " factors");
  Tensor product = *this;
  product.factors_ = std::make_shared<const std::vector<double>>(std::move(factors));
  return product;
}

Tensor Tensor::unscaled() const {
  Tensor plain = *this;
  plain.factors_.reset();
  return plain;
}

void Tensor::refuse_bytes() const {
  fail(Code::internal, "a tensor ", desc_.shape.text(), " is read before its rows were scaled");
}

void Tensor::release_pages() const {
  if (file_) file_->release(bytes_);
}

Tensor Tensor::reshaped(Shape shape) const {
  if (shape.elements() != elements_)
    fail(Code::invalid_model, "cannot reshape ", desc_.shape.text(), " to ", shape.text());
  Tensor other = factors_ ? in_memory() : *this;
  other.desc_.shape = std::move(shape);
  return other;
}

Tensor Tensor::converted(DType dtype) const {
  if (dtype == desc_.dtype) return *this;
  const Tensor source = aligned_copy();
  Tensor out = allocate({dtype, desc_.shape});
  with_type(desc_.dtype, [&]<typename From>(From) {
    with_type(dtype, [&]<typename To>(To) {
      const std::span<const From> in = source.values<From>();
      const std::span<To> to = out.mutable_values<To>();
      for (std::size_t i = 0; i < in.size(); ++i) {
        if constexpr (std::is_integral_v<From> && std::is_integral_v<To> &&
                      !std::is_same_v<From, std::uint16_t> && !std::is_same_v<To, std::uint16_t>) {
          to[i] = static_cast<To>(in[i]);
        } else {
          double value;
          if constexpr (std::is_same_v<From, std::uint16_t>)
            value = half_to_float(in[i]);
          else
            value = static_cast<double>(in[i]);
          if constexpr (std::is_same_v<To, std::uint16_t>)
            to[i] = float_to_half(static_cast<float>(value));
          else
            to[i] = saturated<To>(value);
        }
      }
    });
  });
  source.release_pages();
  return out;
}

std::vector<std::int64_t> Tensor::to_int64() const {
  if (dtype() == DType::f32 || dtype() == DType::f64 || dtype() == DType::f16)
    fail(Code::invalid_model, "expected integers, got a tensor of ", dtype_name(dtype()));
  const Tensor wide = converted(DType::i64).aligned_copy();
  const auto v = wide.values<std::int64_t>();
  return {v.begin(), v.end()};
}

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1fu;
  const std::uint32_t mantissa = bits & 0x3ffu;
  if (exponent == 0) {
    const float value = std::ldexp(static_cast<float>(mantissa), -24);
    return sign ? -value : value;
  }
  const std::uint32_t wide = exponent == 31 ? 0xffu : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

std::uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const float magnitude = std::fabs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7e00u);
  if (magnitude >= 65520.0f) return static_cast<std::uint16_t>(sign | 0x7c00u);
  if (magnitude < 6.103515625e-05f)  // below the smallest normal: count of 2^-24, rounded to even
    return static_cast<std::uint16_t>(sign |
                                      static_cast<std::uint16_t>(std::nearbyint(std::ldexp(magnitude, 24))));
  const std::uint32_t rounded = (bits & 0x7fffffffu) + 0xfffu + ((bits >> 13) & 1u);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

}  // namespace rt3d
