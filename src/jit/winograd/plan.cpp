#include "jit/winograd/plan.h"

#include <algorithm>

namespace rt3d::jit {
namespace {

std::int64_t parts(std::int64_t whole, std::int64_t piece) { return (whole + piece - 1) / piece; }

}  // namespace

std::vector<TileRun> tile_runs(std::int64_t tiles, int step, std::int64_t pad, int size,
                               std::int64_t extent) {
  std::vector<TileRun> runs;
  for (std::int64_t i = 0; i < tiles; ++i) {
    const std::int64_t at = i * step - pad;
    const int begin = static_cast<int>(std::clamp<std::int64_t>(-at, 0, size));
    const int end = static_cast<int>(std::clamp<std::int64_t>(extent - at, begin, size));
    if (!runs.empty() && runs.back().begin == begin && runs.back().end == end)
      ++runs.back().count;
    else
      runs.push_back({i, 1, begin, end});
  }
  return runs;
}

WinogradPlan::WinogradPlan(const kernels::ConvShape& shape, const WinogradTile& m, const WinogradCut& c,
                           int l, int rows)
    : s(shape),
      method(m),
      cut(c),
      lanes(l),
      most_rows(rows),
      time(&kernels::time_transform(s, m)),
      space(&kernels::space_transform(s, m)),
      points(space->n * space->n),
      q(time->n),
      icb(kernels::blocks(s.ic, l)),
      ocb(kernels::blocks(s.oc, l)),
      tt(parts(s.od, m.t)),
      ty(parts(s.oh, m.s)),
      tx(parts(s.ow, m.s)),
      blocks_t(parts(tt, c.depth_tiles)),
      blocks_y(parts(ty, c.tile_rows)) {
  const bool temporal = method.t > 1, spatial = method.s > 1;
  const std::int64_t most_t = parts(tt, blocks_t), most_y = parts(ty, blocks_y);
  frames = std::min((most_t * method.t - 1) * s.sd + (s.kd - 1) * s.dd + 1, s.id);
  tiles = most_y * tx;
  const std::int64_t most = most_t * tiles * lanes;  // floats of V's and R's rows
  s_icb = kernels::odd_lines(frames * tiles * lanes);
  s_point = kernels::odd_lines(icb * s_icb);
  m_ocb = kernels::odd_lines(std::min(most_t * method.t, s.od) * tiles * lanes);
  m_point = kernels::odd_lines(ocb * m_ocb);
  v_icb = r_ocb = kernels::odd_lines(most);
  v_q = kernels::odd_lines(icb * v_icb);
  r_q = kernels::odd_lines(ocb * r_ocb);
  s_floats = spatial ? points * s_point : 0;
  m_floats = spatial ? points * m_point : 0;
  v_floats = temporal ? q * v_q : 0;
  r_floats = temporal ? q * r_q : 0;
  panels = parts(ocb, cut.vecs);
  taps = temporal ? 1 : s.kd;
  unit_groups = parts(s.ic, cut.depth);
  make_groups();
}

WinogradPlan::Block WinogradPlan::block(std::int64_t bt, std::int64_t by) const {
  Block b{};
  b.t0 = tt * bt / blocks_t;
  b.t1 = tt * (bt + 1) / blocks_t;
  b.y0 = ty * by / blocks_y;
  b.y1 = ty * (by + 1) / blocks_y;
  b.o0 = b.t0 * method.t;
  b.o1 = std::min(s.od, b.t1 * method.t);
  b.f0 = std::clamp<std::int64_t>(b.o0 * s.sd - s.pd, 0, s.id);
  b.f1 = std::clamp((b.t1 * method.t - 1) * s.sd - s.pd + (s.kd - 1) * s.dd + 1, b.f0, s.id);
  b.tiles = (b.y1 - b.y0) * tx;
  b.frame_stride = (method.t > 1 ? tiles : b.tiles) * lanes;
  if (!groups_.empty()) b.groups = &groups_[static_cast<std::size_t>(2 * bt + (b.tiles < tiles ? 1 : 0))];
  return b;
}

std::int32_t WinogradPlan::group_bytes(std::int64_t group) const {
  const std::int64_t channel = group * cut.depth;
  return static_cast<std::int32_t>((channel / lanes * (method.t > 1 ? v_icb : s_icb) + channel % lanes) * 4);
}

// t > 1: all rows of V are of one class. t = 1: frames that meet the same taps are, and a tap is another frame of S.
std::uint32_t WinogradPlan::class_of(const RowClass& row_class) {
  const auto found = std::find(classes.begin(), classes.end(), row_class);
  const auto number = static_cast<std::uint32_t>(found - classes.begin());
  if (found == classes.end()) classes.push_back(row_class);
  return number;
}

void WinogradPlan::make_groups() {
  std::vector<std::vector<RowGroup>> all;
  std::vector<bool> seen(static_cast<std::size_t>(most_rows + 1));
  for (std::int64_t bt = 0; bt < blocks_t; ++bt)
    for (int fewer = 0; fewer < 2; ++fewer) {
      std::vector<RowGroup>& groups = all.emplace_back();
      std::int64_t by = 0;
      while (by < blocks_y && (block(bt, by).tiles < tiles) != (fewer == 1)) ++by;
      if (by == blocks_y) continue;
      const Block b = block(bt, by);
      const auto add = [&](std::int64_t first, std::int64_t rows, std::int64_t frame,
                           const kernels::Taps& t) {
        const std::int64_t stride = method.t > 1 ? 0 : b.frame_stride * 4;
        const std::uint32_t row_class =
            class_of({t, static_cast<std::int32_t>((frame + t.first * s.dd) * stride),
                      static_cast<std::int32_t>(s.dd * stride)});
        const std::int64_t pieces = parts(rows, most_rows);
        for (std::int64_t p = 0; p < pieces; ++p) {
          const std::int64_t from = rows * p / pieces, to = rows * (p + 1) / pieces;
          groups.push_back({first + from, static_cast<int>(to - from), row_class});
          seen[static_cast<std::size_t>(to - from)] = true;
        }
      };
      if (method.t > 1) {
        add(0, (b.t1 - b.t0) * b.tiles, 0, {0, 1});
        continue;
      }
      const auto taps_of = [&](std::int64_t o) {
        return kernels::valid_taps(o, s.sd, s.pd, s.dd, s.kd, s.id);
      };
      for (std::int64_t o = b.o0; o < b.o1;) {
        std::int64_t end = o + 1;
        // With a stride neighbouring frames of the output are not neighbours in S.
        while (s.sd == 1 && end < b.o1 && taps_of(end) == taps_of(o)) ++end;
        add((o - b.o0) * b.tiles, (end - o) * b.tiles, o * s.sd - s.pd - b.f0 - (o - b.o0), taps_of(o));
        o = end;
      }
    }
  groups_ = std::move(all);
  double fewest = 0;
  for (const std::vector<RowGroup>& groups : groups_) {
    double turns = 0;
    for (const RowGroup& g : groups) {
      const kernels::Taps& met = classes[g.row_class].taps;
      turns += static_cast<double>(met.last - met.first) / static_cast<double>(taps);
    }
    if (turns > 0 && (fewest == 0 || turns < fewest)) fewest = turns;
  }
  if (fewest > 0) fewest_turns = fewest;
  for (int rows = 1; rows <= most_rows; ++rows)
    if (seen[static_cast<std::size_t>(rows)]) row_counts.push_back(rows);
}

}  // namespace rt3d::jit
