#include "jit/direct_f16/input.h"

#include <algorithm>
#include <cstring>

namespace rt3d::jit {
namespace {

constexpr std::int64_t kWord = 4;
alignas(16) constexpr float kZeros[4] = {};

kernels::Placement words_of(const kernels::ConvShape& s, int block) {
  kernels::Placement p;
  p.block = block / 2;
  p.halo_h = static_cast<int>(std::max(s.ph, s.ph2));
  p.halo_w = static_cast<int>(std::max(s.pw, s.pw2));
  p.h = (s.iw + 2 * p.halo_w) * p.block;
  // Behind each plane there is room for what the last pair of pixels writes and the last pixel's vector reads too much.
  p.d = kernels::odd_lines((s.ih + 2 * p.halo_h) * p.h + 4);
  p.c = kernels::odd_lines(s.id * p.d);
  p.n = kernels::blocks(s.ic, block) * p.c;
  return p;
}

std::shared_ptr<const Code> narrow_code(int block, bool pairs) {
  const std::int32_t step = block == 8 ? 16 : 32;
  return narrow({.low_step = step, .high_step = pairs ? step : 0});
}

}  // namespace

HalfInput::HalfInput(const kernels::ConvShape& s, const kernels::Placement& from)
    : s_(s),
      from_(from),
      block_(s.ic <= 4 ? 4 : 8),
      blocks_(kernels::blocks(s.ic, block_)),
      pairs_(narrow_code(block_, true)),
      lone_(narrow_code(block_, false)) {
  words_ = words_of(s, block_);
}

std::size_t HalfInput::bytes() const { return static_cast<std::size_t>(words_.n * kWord); }

void HalfInput::fill(const float* from, std::byte* to, ThreadPool& pool) const {
  pool.run(blocks_ * s_.id,
           [&](std::int64_t task, int) { fill_plane(from, to, task / s_.id, task % s_.id); });
}

void HalfInput::fill_plane(const float* from, std::byte* to, std::int64_t block, std::int64_t d) const {
  const std::int64_t fours = block_ / 4, all = kernels::blocks(s_.ic, 4);
  const float* low = from + block * fours * from_.c + d * from_.d;
  const float* high = block_ == 4 ? low + 4 : block * 2 + 1 < all ? low + from_.c : nullptr;
  std::byte* plane = to + (block * words_.c + d * words_.d) * kWord;
  std::byte* rows = plane + words_.origin() * kWord;
  const bool dense = from_.h == s_.iw * 4 && words_.h == s_.iw * words_.block;
  if (dense) {
    fill_row(low, high, rows, s_.ih * s_.iw);
  } else {
    for (std::int64_t y = 0; y < s_.ih; ++y)
      fill_row(low + y * from_.h, high ? high + y * from_.h : nullptr, rows + y * words_.h * kWord, s_.iw);
  }
  clear_halo(plane);
}

void HalfInput::fill_row(const float* low, const float* high, std::byte* to, std::int64_t pixels) const {
  const std::int64_t vectors = block_ == 8 ? pixels : pixels / 2;
  NarrowArgs args{low, high ? high : kZeros, reinterpret_cast<std::uint16_t*>(to), vectors / 4, vectors % 4};
  (high ? pairs_ : lone_)->call(&args);
  if (block_ == 8 || pixels % 2 == 0) return;
  args = {low + vectors * 8, kZeros, args.to + vectors * 8, 0, 1};
  lone_->call(&args);
}

// Rows above and below, then what is between the rows' ends.
void HalfInput::clear_halo(std::byte* plane) const {
  const auto clear = [&](std::int64_t first, std::int64_t words) {
    if (words > 0) std::memset(plane + first * kWord, 0, static_cast<std::size_t>(words * kWord));
  };
  const std::int64_t left = std::int64_t{words_.halo_w} * words_.block, width = s_.iw * words_.block;
  clear(0, words_.halo_h * words_.h);
  clear((words_.halo_h + s_.ih) * words_.h, words_.halo_h * words_.h);
  for (std::int64_t y = words_.halo_h; left > 0 && y < words_.halo_h + s_.ih; ++y) {
    clear(y * words_.h, left);
    clear(y * words_.h + left + width, left);
  }
}

}  // namespace rt3d::jit
