#include "kernels/copy/reorder.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace rt3d::kernels::copy {
namespace {

using Vec4 = float __attribute__((vector_size(16)));  // four floats, in memory aligned as floats

// Copied and not dereferenced as a Vec4: of an alias's attributes Clang keeps the vector and drops the alignment. One unaligned
// load or store either way.
Vec4 load(const float* p) {
  Vec4 v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
void store(float* p, Vec4 v) { std::memcpy(p, &v, sizeof v); }

// Four rows of four, exchanged with four columns.
void transpose(Vec4& a, Vec4& b, Vec4& c, Vec4& d) {
  const Vec4 ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5),
             ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Vec4 cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5),
             cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

// One plane's rows of one channel block; `lanes` of its channels exist.
struct Plane {
  const float* from;
  float* to;
  Placement from_at, to_at;
  std::int64_t h, w;
  int lanes;
};

// Rows of `lanes` channels, `from_at.c` apart, become rows of pixels of `to_at.block` channels; those that do not exist
// are zero.
void interleave(const Plane& p) {
  const int block = p.to_at.block;
  const int quads = block / 4 * 4;
  for (std::int64_t h = 0; h < p.h; ++h) {
    const float* from = p.from + h * p.from_at.h;
    float* to = p.to + h * p.to_at.h;
    std::int64_t w = 0;
    for (; w + 4 <= p.w; w += 4)
      for (int lane = 0; lane < quads; lane += 4) {
        const float* in = from + lane * p.from_at.c + w;
        const auto channel = [&](int i) { return lane + i < p.lanes ? load(in + i * p.from_at.c) : Vec4{}; };
        Vec4 a = channel(0), b = channel(1), c = channel(2), d = channel(3);
        transpose(a, b, c, d);
        float* out = to + w * block + lane;
        store(out, a);
        store(out + block, b);
        store(out + 2 * block, c);
        store(out + 3 * block, d);
      }
    for (int lane = 0; lane < block; ++lane)
      for (std::int64_t x = lane < quads ? w : 0; x < p.w; ++x)
        to[x * block + lane] = lane < p.lanes ? from[lane * p.from_at.c + x] : 0.0f;
  }
}

// The inverse: pixels of a block become rows of its existing channels, `to_at.c` apart.
void separate(const Plane& p) {
  const int block = p.from_at.block;
  const int quads = block % 4 == 0 ? p.lanes / 4 * 4 : 0;
  for (std::int64_t h = 0; h < p.h; ++h) {
    const float* from = p.from + h * p.from_at.h;
    float* to = p.to + h * p.to_at.h;
    std::int64_t w = 0;
    for (; w + 4 <= p.w; w += 4)
      for (int lane = 0; lane < quads; lane += 4) {
        const float* in = from + w * block + lane;
        Vec4 a = load(in), b = load(in + block), c = load(in + 2 * block), d = load(in + 3 * block);
        transpose(a, b, c, d);
        float* out = to + lane * p.to_at.c + w;
        store(out, a);
        store(out + p.to_at.c, b);
        store(out + 2 * p.to_at.c, c);
        store(out + 3 * p.to_at.c, d);
      }
    for (int lane = 0; lane < p.lanes; ++lane)
      for (std::int64_t x = lane < quads ? w : 0; x < p.w; ++x)
        to[lane * p.to_at.c + x] = from[x * block + lane];
  }
}

// Same block on both sides: whole rows.
void copy_rows(const Plane& p) {
  const auto bytes = static_cast<std::size_t>(p.w * p.to_at.block) * sizeof(float);
  for (std::int64_t h = 0; h < p.h; ++h) std::memcpy(p.to + h * p.to_at.h, p.from + h * p.from_at.h, bytes);
}

// Two different blocks: pieces of channels that lie together on both sides. `first` is the block's first channel.
void regroup(const Plane& p, const float* item, std::int64_t first) {
  const int in = p.from_at.block, out = p.to_at.block, piece = std::gcd(in, out);
  for (int lane = 0; lane < out; lane += piece) {
    const std::int64_t channel = first + lane;
    const int exist = std::clamp(p.lanes - lane, 0, piece);
    const float* source = item + channel / in * p.from_at.c + channel % in;
    for (std::int64_t h = 0; h < p.h; ++h) {
      float* to = p.to + h * p.to_at.h + lane;
      const float* from = source + h * p.from_at.h;
      for (std::int64_t x = 0; x < p.w; ++x, to += out, from += in)
        for (int i = 0; i < piece; ++i) to[i] = i < exist ? from[i] : 0.0f;
    }
  }
}

// The halo, of elements of one size: zeros of all types are zero bytes.
template <typename Element>
void zero_elements(const Shape& shape, Element* data, const Placement& at, ThreadPool& pool) {
  const Dims5 s(shape);
  const std::int64_t groups = blocks(s.c, at.block);
  pool.run(s.n * groups, [&](std::int64_t task, int) {
    Element* item = data + task / groups * at.n + task % groups * at.c - at.origin();
    const std::int64_t side = std::int64_t{at.halo_w} * at.block, row = s.w * at.block;
    for (std::int64_t d = 0; d < s.d; ++d) {
      Element* plane = item + d * at.d;
      std::fill_n(plane, at.halo_h * at.h, Element{});
      for (std::int64_t h = at.halo_h; h < at.halo_h + s.h; ++h) {
        std::fill_n(plane + h * at.h, side, Element{});
        std::fill_n(plane + h * at.h + side + row, side, Element{});
      }
      std::fill_n(plane + (at.halo_h + s.h) * at.h, at.halo_h * at.h, Element{});
    }
  });
}

}  // namespace

void reorder(const Shape& shape, const float* from, const Placement& from_at, float* to,
             const Placement& to_at, ThreadPool& pool) {
  const Dims5 s(shape);
  // A task is one plane of the coarser blocks, so that every row that is read is read by one task.
  const int block = to_at.block > 1 ? to_at.block : from_at.block;
  const std::int64_t groups = blocks(s.c, block);
  pool.run(s.n * groups * s.d, [&](std::int64_t task, int) {
    const std::int64_t d = task % s.d, group = task / s.d % groups, n = task / s.d / groups;
    const std::int64_t first = group * block;
    const float* item = from + n * from_at.n + d * from_at.d;
    Plane p{item + first / from_at.block * from_at.c,
            to + n * to_at.n + d * to_at.d + first / to_at.block * to_at.c,
            from_at,
            to_at,
            s.h,
            s.w,
            static_cast<int>(std::min<std::int64_t>(block, s.c - first))};
    if (from_at.block == to_at.block)
      copy_rows(p);
    else if (from_at.block == 1)
      interleave(p);
    else if (to_at.block == 1)
      separate(p);
    else
      regroup(p, item, first);
  });
}

void zero_halo(const TensorDesc& desc, std::byte* data, const Placement& at, ThreadPool& pool) {
  if (at.halo_h == 0 && at.halo_w == 0) return;
  switch (dtype_bytes(desc.dtype)) {
    case 1: return zero_elements(desc.shape, reinterpret_cast<std::uint8_t*>(data), at, pool);
    case 2: return zero_elements(desc.shape, reinterpret_cast<std::uint16_t*>(data), at, pool);
    case 4: return zero_elements(desc.shape, reinterpret_cast<std::uint32_t*>(data), at, pool);
    default: return zero_elements(desc.shape, reinterpret_cast<std::uint64_t*>(data), at, pool);
  }
}

}  // namespace rt3d::kernels::copy
