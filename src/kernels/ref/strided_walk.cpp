#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {

Strides broadcast_strides(const Problem& p, const Shape& from, const Shape& to) {
  const int missing = to.rank() - from.rank();
  require(missing >= 0, p, from.text(), " cannot be broadcast to ", to.text());
  const Strides dense = dense_strides(from);
  Strides strides{};
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] == 1) continue;
    require(from[axis] == to[axis + missing], p, from.text(), " cannot be broadcast to ", to.text());
    const auto at = static_cast<std::size_t>(axis);
    strides[at + static_cast<std::size_t>(missing)] = dense[at];
  }
  return strides;
}

}  // namespace rt3d::kernels::ref
