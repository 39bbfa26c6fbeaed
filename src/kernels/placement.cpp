#include "kernels/placement.h"

#include "base/error.h"

namespace rt3d::kernels {

Dims5::Dims5(const Shape& s) {
  const int rank = s.rank();
  if (rank < 2 || rank > 5) fail(Code::internal, "a tensor of rank ", rank, " has no n c d h w form");
  n = s[0];
  c = s[1];
  if (rank >= 3) w = s[rank - 1];
  if (rank >= 4) h = s[rank - 2];
  if (rank >= 5) d = s[2];
}

std::int64_t odd_lines(std::int64_t elements, DType dtype) {
  constexpr std::int64_t kLineBytes = 64;
  const std::int64_t line = kLineBytes / static_cast<std::int64_t>(dtype_bytes(dtype));
  const std::int64_t lines = ceil_div(elements, line);
  return (lines + (lines % 2 == 0 ? 1 : 0)) * line;
}

Placement Placement::of(const Shape& shape, Port port) {
  Placement p;
  p.block = port.block;
  p.halo_h = port.halo_h;
  p.halo_w = port.halo_w;
  if (shape.rank() < 2 || shape.rank() > 5) return p;  // planar tensors of other ranks need no strides
  const Dims5 s(shape);
  const bool planar = port.dense();
  p.h = (s.w + 2 * port.halo_w) * port.block;
  p.d = (s.h + 2 * port.halo_h) * p.h;
  if (!planar && s.d > 1) p.d = odd_lines(p.d, port.dtype);
  p.c = s.d * p.d;
  if (!planar) p.c = s.d * s.h * s.w > 1 ? odd_lines(p.c, port.dtype) : p.c;
  p.n = blocks(s.c, port.block) * p.c;
  return p;
}

std::int64_t Placement::elements(const Shape& shape) const {
  if (block == 1 && halo_h == 0 && halo_w == 0) return shape.elements();
  const Dims5 s(shape);
  return s.n * n;
}

}  // namespace rt3d::kernels
