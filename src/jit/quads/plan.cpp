#include "jit/quads/plan.h"

#include <algorithm>

#include "kernels/placement.h"

namespace rt3d::jit {

using kernels::ConvShape;

namespace {

// What outputs [first, first + count) read along an axis.
InputRange under(std::int64_t first, std::int64_t count, std::int64_t stride, std::int64_t pad,
                 std::int64_t kernel, std::int64_t dilation) {
  return {first * stride - pad, (count - 1) * stride + (kernel - 1) * dilation + 1};
}

}  // namespace

QuadPlan::QuadPlan(const ConvShape& flat, const kernels::Schedule& schedule, int block_)
    : s(flat),
      cut(s.oh, s.ow, schedule.get("rows")),
      block(block_),
      chunk_channels(schedule.get("ic_chunk") * block) {
  const int planes = schedule.get("planes"), tiles = schedule.get("tiles"), od = static_cast<int>(s.od),
            per_plane = static_cast<int>(cut.pieces.size());
  std::int64_t rows_most = 0, planes_most = 0;
  for (int d = 0; d < od; d += planes)
    for (int t = 0; t < per_plane; t += tiles) {
      QuadBox box{d, std::min(planes, od - d), t, std::min(tiles, per_plane - t), {}, {}, {}};
      const TileCut::Piece &first = cut.pieces[static_cast<std::size_t>(t)],
                           &last = cut.pieces[static_cast<std::size_t>(t + box.tile_count - 1)];
      const TileCut::Kind& end = cut.kinds[static_cast<std::size_t>(last.kind)];
      const bool one_row = first.oh == last.oh && end.h == 1;
      box.planes = under(d, box.plane_count, s.sd, s.pd, s.kd, s.dd);
      box.rows = under(first.oh, last.oh + end.h - first.oh, s.sh, s.ph, s.kh, s.dh);
      box.columns = one_row ? under(first.ow, last.ow + end.w - first.ow, s.sw, s.pw, s.kw, s.dw)
                            : under(0, s.ow, s.sw, s.pw, s.kw, s.dw);
      row = std::max(row, box.columns.count * kChannels);
      rows_most = std::max(rows_most, box.rows.count);
      planes_most = std::max(planes_most, box.planes.count);
      boxes.push_back(box);
    }
  plane = rows_most * row;
  quad = kernels::odd_lines(planes_most * plane);
  slab = quad * (std::min<std::int64_t>(chunk_channels, kernels::blocks(s.ic, block) * block) / kChannels);
}

bool QuadPlan::reads(std::int64_t i, std::int64_t stride, std::int64_t kernel, std::int64_t dilation) {
  for (std::int64_t k = 0; k < kernel; ++k)
    if ((i - k * dilation) % stride == 0) return true;
  return false;
}

}  // namespace rt3d::jit
