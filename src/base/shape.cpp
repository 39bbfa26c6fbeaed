#include "base/shape.h"

#include <array>
#include <charconv>

#include "base/error.h"

namespace rt3d {
namespace {

struct DTypeRow {
  DType type;
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<DTypeRow, 8> kDTypes{{{DType::f32, "f32", 4},
                                           {DType::f64, "f64", 8},
                                           {DType::f16, "f16", 2},
                                           {DType::i64, "i64", 8},
                                           {DType::i32, "i32", 4},
                                           {DType::i8, "i8", 1},
                                           {DType::u8, "u8", 1},
                                           {DType::boolean, "bool", 1}}};

const DTypeRow& row(DType type) { return kDTypes[static_cast<std::size_t>(type)]; }

}  // namespace

std::size_t dtype_bytes(DType type) { return row(type).bytes; }
std::string_view dtype_name(DType type) { return row(type).name; }

DType parse_dtype(std::string_view name) {
  for (const DTypeRow& r : kDTypes)
    if (r.name == name) return r.type;
  fail(Code::invalid_argument, "unknown data type '", name, "'; known: f32 f64 f16 i64 i32 i8 u8 bool");
}

bool Shape::known() const {
  for (std::int64_t d : dims_)
    if (d < 0) return false;
  return true;
}

std::int64_t Shape::elements() const { return elements(0, rank()); }

std::int64_t Shape::elements(int from, int to) const {
  std::int64_t count = 1;
  for (int axis = from; axis < to; ++axis) {
    const std::int64_t d = (*this)[axis];
    if (d < 0) fail(Code::invalid_model, "the size of a tensor of shape ", text(), " is not known");
    if (d != 0 && count > kMaxElements / d)
      fail(Code::invalid_model, "a tensor of shape ", text(), " is larger than ", kMaxElements, " elements");
    count *= d;
  }
  return count;
}

std::string Shape::text() const {
  if (dims_.empty()) return "scalar";
  std::string out;
  for (std::int64_t d : dims_) {
    if (!out.empty()) out += 'x';
    out += d < 0 ? "?" : std::to_string(d);
  }
  return out;
}

Shape parse_shape(std::string_view text) {
  if (text == "scalar") return {};
  std::vector<std::int64_t> dims;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at <= end) {
    std::int64_t value = -1;
    if (at < end && *at == '?') {
      ++at;
    } else {
      const auto [next, error] = std::from_chars(at, end, value);
      if (error != std::errc() || value < 0) break;
      at = next;
    }
    dims.push_back(value);
    if (at == end) return Shape(std::move(dims));
    if (*at != 'x' && *at != ',') break;
    ++at;
  }
  fail(Code::invalid_argument, "'", text, "' is not a shape; write it like 1x3x16x112x112");
}

int normalize_axis(std::int64_t axis, int rank) {
  if (axis < -rank || axis >= rank)
    fail(Code::invalid_model, "axis ", axis, " is out of range for rank ", rank);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace rt3d
