// Shapes and data types of tensors, and their text: "1x3x16x112x112", "f32". A scalar's shape is written
// "scalar".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rt3d {

enum class DType { f32, f64, f16, i64, i32, i8, u8, boolean };

std::size_t dtype_bytes(DType type);
std::string_view dtype_name(DType type);
DType parse_dtype(std::string_view name);  // throws invalid_argument

// Dimensions, outermost first; activations are n c d h w. A dimension of -1 is not known yet (dynamic).
class Shape {
 public:
  // No tensor may have more elements than this: a malformed model cannot ask for huge allocations.
  static constexpr std::int64_t kMaxElements = std::int64_t{1} << 33;
  static constexpr int kMaxRank = 8;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<std::int64_t> dims) : dims_(std::move(dims)) {}

  int rank() const { return static_cast<int>(dims_.size()); }
  std::int64_t operator[](int axis) const { return dims_[static_cast<std::size_t>(axis)]; }
  std::int64_t& operator[](int axis) { return dims_[static_cast<std::size_t>(axis)]; }
  const std::vector<std::int64_t>& dims() const { return dims_; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }

  bool known() const;             // every dimension is >= 0
  std::int64_t elements() const;  // product; throws invalid_model if unknown, negative or above kMaxElements
  std::int64_t elements(int from, int to) const;  // product of dims [from, to)
  std::string text() const;

  bool operator==(const Shape&) const = default;

 private:
  std::vector<std::int64_t> dims_;
};

Shape parse_shape(std::string_view text);  // "1x3x16" or "1,3,16" or "scalar"; throws invalid_argument

// Axis counted from the end when negative; throws invalid_model when out of range.
int normalize_axis(std::int64_t axis, int rank);

struct TensorDesc {
  DType dtype = DType::f32;
  Shape shape;
  bool operator==(const TensorDesc&) const = default;
};

}  // namespace rt3d
