#include "runtime/running/nonfinite.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

template <typename T, std::size_t n>
std::int64_t counted(const std::array<T, n>& values, DType dtype) {
  return nonfinite_values(std::as_bytes(std::span(values)), dtype);
}

template <typename T>
std::array<T, 7> mixed() {
  using Limits = std::numeric_limits<T>;
  return {0,
          Limits::infinity(),
          -Limits::infinity(),
          Limits::max(),
          Limits::lowest(),
          Limits::quiet_NaN(),
          Limits::denorm_min()};
}

}  // namespace

TEST_CASE("NaNs and infinities are counted, the largest and the smallest numbers are not") {
  CHECK(counted(mixed<float>(), DType::f32) == 3);
  CHECK(counted(mixed<double>(), DType::f64) == 3);
  // 65504, infinity, -infinity, NaN, the smallest denormal
  CHECK(counted(std::array<std::uint16_t, 5>{0x7bff, 0x7c00, 0xfc00, 0x7e01, 0x0001}, DType::f16) == 3);
  CHECK(counted(std::array<std::int32_t, 2>{0x7f800000, -1}, DType::i32) == 0);
  CHECK(nonfinite_values({}, DType::f32) == 0);
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
