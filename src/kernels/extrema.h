// The larger and the smaller of two numbers; not a number when either is none. std::max and std::min give whichever the order of
// their arguments happens to keep.
#pragma once

#include <cmath>
#include <type_traits>

namespace rt3d::kernels {

template <typename T>
bool is_nan(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(x);
  return false;
}

template <typename T>
T larger(T a, T b) {
  return is_nan(a) || a > b ? a : b;
}

template <typename T>
T smaller(T a, T b) {
  return is_nan(a) || a < b ? a : b;
}

}  // namespace rt3d::kernels
