// A dense host tensor in row-major order whose bytes may be shared: with a mapped file, a parsed model or
// other tensors. What is a multiple of such bytes, row by row, need not be computed before it is used.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

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
  // Throws internal for a product that was not made yet (rows_scaled), as does values().
  std::span<const std::byte> bytes() const {
    if (factors_) refuse_bytes();
    return bytes_;
  }
  std::size_t byte_count() const { return bytes_.size(); }
  const MappedFile* file() const { return file_; }   // that the bytes lie in, or nullptr
  bool in_file() const { return file_ != nullptr; }  // a mapped one, whose pages release_pages() lets go
  bool aligned() const {
    return !factors_ && reinterpret_cast<std::uintptr_t>(bytes_.data()) % dtype_bytes(desc_.dtype) == 0;
  }

  // The elements; T must be the dtype's C++ type and the data aligned (aligned_copy() makes it so).
  template <typename T>
  std::span<const T> values() const {
    return {reinterpret_cast<const T*>(bytes().data()), static_cast<std::size_t>(elements_)};
  }
  template <typename T>
  std::span<T> mutable_values() {
    return {reinterpret_cast<T*>(mutable_data()), static_cast<std::size_t>(elements_)};
  }
  std::byte* mutable_data();            // only of a tensor from allocate(), while it is not shared as const
  Tensor aligned_copy() const;          // this, or a copy where the bytes are unaligned or to be scaled
  Tensor in_memory() const;             // this, or such a copy, also where the bytes are a file's
  Tensor reshaped(Shape shape) const;   // same elements, other shape; throws when the counts differ
  Tensor converted(DType dtype) const;  // element-wise conversion (f32 f64 f16 i64 i32 i8 u8 bool)
  std::vector<std::int64_t> to_int64() const;  // elements as integers; throws on float types with fractions
  // Row i (of dimension 0) of this f32 tensor times factors[i], rounded once. It takes no memory until aligned_copy() or
  // in_memory() makes the product in memory of its own; it may be copied and released like any other until then.
  Tensor rows_scaled(std::vector<double> factors) const;
  bool scaled() const { return factors_ != nullptr; }  // the product is still to be made
  std::span<const double> factors() const {            // empty unless scaled()
    return factors_ ? std::span<const double>(*factors_) : std::span<const double>();
  }
  Tensor unscaled() const;  // what is to be scaled
  // The same for tensors that share their bytes and what they are to be scaled with.
  std::pair<const void*, const void*> identity() const { return {bytes_.data(), factors_.get()}; }
  // For who has read all the bytes: those of a file leave memory until they are read again; others stay.
  void release_pages() const;
  explicit operator bool() const { return bytes_.data() != nullptr || elements_ == 0; }

 private:
  TensorDesc desc_;
  std::int64_t elements_ = -1;
  std::span<const std::byte> bytes_;
  std::shared_ptr<const void> owner_;
  const MappedFile* file_ = nullptr;                    // the owner, when it is one
  std::shared_ptr<const std::vector<double>> factors_;  // of the rows; absent: one

  Tensor copied() const;
  void copy_scaled(std::size_t first, std::size_t count, std::byte* to) const;
  [[noreturn]] void refuse_bytes() const;
};

float half_to_float(std::uint16_t bits);
std::uint16_t float_to_half(float value);

}  // namespace rt3d
