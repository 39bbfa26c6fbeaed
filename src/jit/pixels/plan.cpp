#include "jit/pixels/plan.h"

#include <algorithm>

#include "jit/conv/tile_cut.h"
#include "kernels/placement.h"

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Taps;

namespace {

ConvAxis planes(const ConvShape& s) {
  return {static_cast<int>(s.kd), static_cast<int>(s.sd), static_cast<int>(s.pd),
          static_cast<int>(s.dd), static_cast<int>(s.id), static_cast<int>(s.od)};
}

ConvAxis rows(const ConvShape& s) {
  return {static_cast<int>(s.kh), static_cast<int>(s.sh), static_cast<int>(s.ph),
          static_cast<int>(s.dh), static_cast<int>(s.ih), static_cast<int>(s.oh)};
}

}  // namespace

PixelAxis::PixelAxis(const ConvAxis& axis, int most) : ConvAxis(axis), block(std::min(most, axis.out)) {
  line_of_k.resize(static_cast<std::size_t>(k));
  for (int remainder = 0; remainder < std::min(stride, (k - 1) * dilation + 1); ++remainder) {
    int more = -1;
    for (int i = 0; i < k; ++i)
      if (i * dilation % stride == remainder) more = i * dilation / stride;
    if (more < 0) continue;
    for (int i = 0; i < k; ++i)
      if (i * dilation % stride == remainder)
        line_of_k[static_cast<std::size_t>(i)] = lines + i * dilation / stride;
    phases.push_back({lines, more, remainder});
    lines += block + more;
  }
  for (int o = 0; o < out; ++o)
    class_of_out.push_back(class_of(classes, kernels::valid_taps(o, stride, pad, dilation, k, in)));
}

int PixelAxis::union_class(int first, int count) {
  Taps all{k, 0};
  for (int o = first; o < first + count; ++o) {
    const Taps& taps = classes[static_cast<std::size_t>(class_of_out[static_cast<std::size_t>(o)])];
    if (taps.first == taps.last) continue;
    all.first = std::min(all.first, taps.first);
    all.last = std::max(all.last, taps.last);
  }
  if (all.last == 0) return class_of_out[static_cast<std::size_t>(first)];
  return class_of(classes, all);
}

PixelPlan::PixelPlan(const ConvShape& shape, const kernels::Schedule& schedule, int lanes_)
    : s(shape),
      lanes(lanes_),
      rows_outside(schedule.get("rows_outside") != 0),
      outer(rows_outside ? rows(s) : planes(s), schedule.get("outer")),
      middle(rows_outside ? planes(s) : rows(s), schedule.get("middle")),
      chunk_channels(std::int64_t{schedule.get("ic_chunk")} * lanes),
      gaps(schedule.get("gaps") != 0),
      copies(gaps ? 1 : s.kw),
      pitch(gaps ? s.ow + (s.kw - 1) * s.dw : s.ow),
      v_outer(middle.lines * pitch),
      // Whole vectors are written and read: behind the last pixel there must be room.
      v_channel(kernels::odd_lines(outer.lines * v_outer + lanes)),
      v_copy(v_channel * std::min(chunk_channels, kernels::blocks(s.ic, lanes) * lanes)),
      v_floats(v_copy * copies),
      c_channel(0) {
  for (int o = 0; o < outer.out; o += outer.block)
    for (int m = 0; m < middle.out; m += middle.block) add_block(o, m, schedule.get("split") != 0);
  for (PixelBlock& block : blocks) {
    add_runs(block, schedule.get("vectors"));
    const PixelSegment& last = block.segments.back();
    c_channel = std::max(c_channel, last.c + (last.pixels + lanes - 1) / lanes * lanes);
  }
  c_channel = kernels::odd_lines(c_channel);
}

void PixelPlan::add_block(int outer_first, int middle_first, bool split) {
  PixelBlock block{outer_first,  std::min(outer.block, outer.out - outer_first),
                   middle_first, std::min(middle.block, middle.out - middle_first),
                   {},           {}};
  std::int64_t c = 0;
  const auto same = [](const PixelAxis& axis, int a, int b) {
    return axis.class_of_out[static_cast<std::size_t>(a)] == axis.class_of_out[static_cast<std::size_t>(b)];
  };
  const int middle_end = middle_first + block.middle_count, outer_end = outer_first + block.outer_count;
  for (int m = middle_first, m_end = 0; m < middle_end; m = m_end) {
    m_end = split ? m + 1 : middle_end;
    while (m_end < middle_end && same(middle, m, m_end)) ++m_end;
    // Where a segment's lines fill those of the block, the next outer position follows without a gap.
    const bool joins = m_end - m == middle.lines;
    for (int o = outer_first, o_end = 0; o < outer_end; o = o_end) {
      o_end = o + 1;
      while (joins && o_end < outer_end && same(outer, o, o_end)) ++o_end;
      PixelSegment segment{o,
                           o_end - o,
                           m,
                           m_end - m,
                           outer.class_of_out[static_cast<std::size_t>(o)],
                           middle.union_class(m, m_end - m),
                           0,
                           0,
                           c};
      segment.pixels = (std::int64_t{segment.outer_count} * segment.middle_count - 1) * pitch + s.ow;
      segment.v = (o - outer_first) * v_outer + (m - middle_first) * pitch;
      c += (segment.pixels + lanes - 1) / lanes * lanes;
      block.segments.push_back(segment);
    }
  }
  blocks.push_back(std::move(block));
}

// Each segment in runs as even as can be.
void PixelPlan::add_runs(PixelBlock& block, int most) const {
  for (const PixelSegment& segment : block.segments) {
    const std::int64_t vectors = (segment.pixels + lanes - 1) / lanes, runs = (vectors + most - 1) / most;
    for (std::int64_t i = 0; i < runs; ++i) {
      const std::int64_t first = vectors * i / runs, end = vectors * (i + 1) / runs;
      const auto line = static_cast<int>(first * lanes / pitch);
      block.runs.push_back({static_cast<int>(end - first), segment.outer_class, segment.middle_class,
                            segment.outer_first + line / segment.middle_count,
                            segment.middle_first + line % segment.middle_count,
                            static_cast<int>(first * lanes % pitch), segment.v + first * lanes,
                            segment.c + first * lanes});
    }
  }
}

PixelLines PixelPlan::middle_lines(const PixelBlock& block, const PixelAxis::Phase& phase) const {
  const int input = block.middle_first * middle.stride - middle.pad + phase.at,
            all = block.middle_count + phase.more;
  if (!rows_outside) return {0, all, input};
  const int first = input >= 0 ? 0 : (-input + middle.stride - 1) / middle.stride;
  const int end = input >= middle.in ? 0 : std::min(all, (middle.in - 1 - input) / middle.stride + 1);
  return {first, std::max(0, end - first), input + first * middle.stride};
}

KernelUnit PixelPlan::unit(std::int64_t channel, int kd, int kh, int kw) const {
  const int k_outer = rows_outside ? kh : kd, k_middle = rows_outside ? kd : kh;
  const std::int64_t a = kw * (gaps ? s.dw : v_copy) + channel * v_channel +
                         outer.line_of_k[static_cast<std::size_t>(k_outer)] * v_outer +
                         middle.line_of_k[static_cast<std::size_t>(k_middle)] * pitch;
  return {k_outer, k_middle, {static_cast<std::int32_t>(a * 4), 0}};
}

}  // namespace rt3d::jit
