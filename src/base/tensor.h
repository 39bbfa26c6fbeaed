// A dense host tensor in row-major order whose bytes may be shared: with a mapped file, a parsed model or
// other tensors.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

#include "base/error.h"
#include "base/file.h"
#include "base/shape.h"

namespace rt3d {

// Immutable through this interface unless made by Tensor::allocate. Copying shares the bytes.
class Tensor {
 public:
  Tensor() = default;
  // Shares `bytes`, kept alive by `owner`. The data may be unaligned: read it through values<T>() only if
  // aligned().
  Tensor(TensorDesc desc, std::span<const std::byte> bytes, std::shared_ptr<const void> owner);
  // Views a part of a mapped file, which it keeps mapped.
  static Tensor in_file(TensorDesc desc, std::span<const std::byte> bytes,
                        std::shared_ptr<const MappedFile> file);
  static Tensor allocate(TensorDesc desc);  // uninitialised, writable, 64-byte aligned
  template <typename T>
  static Tensor of(DType dtype, Shape shape, std::span<const T> values) {
    Tensor t = allocate({dtype, std::move(shape)});
    if (values.size_bytes() != t.bytes().size()) fail(Code::internal, "Tensor::of: sizes differ");
    if (!values.empty()) std::memcpy(t.mutable_data(), values.data(), values.size_bytes());
    return t;
  }

  const TensorDesc& desc() const { return desc_; }
  const Shape& shape() const { return desc_.shape; }
  DType dtype() const { return desc_.dtype; }
  std::int64_t elements() const { return elements_; }
  std::span<const std::byte> bytes() const { return bytes_; }
  bool aligned() const {
    return reinterpret_cast<std::uintptr_t>(bytes_.data()) % dtype_bytes(desc_.dtype) == 0;
  }

  // The elements; T must be the dtype's C++ type and the data aligned (aligned_copy() makes it so).
  template <typename T>
  std::span<const T> values() const {
    return {reinterpret_cast<const T*>(bytes_.data()), static_cast<std::size_t>(elements_)};
  }
  template <typename T>
  std::span<T> mutable_values() {
    return {reinterpret_cast<T*>(mutable_data()), static_cast<std::size_t>(elements_)};
  }
  std::byte* mutable_data();            // only of a tensor from allocate(), while it is not shared as const
  Tensor aligned_copy() const;          // this, or a copy where the bytes are unaligned
  Tensor in_memory() const;             // this, or an aligned copy where the bytes are unaligned or a file's
  Tensor reshaped(Shape shape) const;   // same elements, other shape; throws when the counts differ
  Tensor converted(DType dtype) const;  // element-wise conversion (f32 f64 f16 i64 i32 i8 u8 bool)
  std::vector<std::int64_t> to_int64() const;  // elements as integers; throws on float types with fractions
  // For who has read all the bytes: those of a file leave memory until they are read again; others stay.
  void release_pages() const;
  explicit operator bool() const { return bytes_.data() != nullptr || elements_ == 0; }

 private:
  TensorDesc desc_;
  std::int64_t elements_ = -1;
  std::span<const std::byte> bytes_;
  std::shared_ptr<const void> owner_;
  const MappedFile* file_ = nullptr;  // the owner, when it is one

  Tensor copied() const;
};

float half_to_float(std::uint16_t bits);
std::uint16_t float_to_half(float value);

}  // namespace rt3d
