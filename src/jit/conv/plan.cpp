#include "jit/conv/plan.h"

#include <algorithm>
#include <bit>

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Placement;
using kernels::Taps;

namespace {

bool flat_plane(const ConvShape& s) {
  return s.kh == 1 && s.kw == 1 && s.sh == 1 && s.sw == 1 && s.ph == 0 && s.pw == 0 && s.ih == s.oh &&
         s.iw == s.ow;
}
bool flat_depth(const ConvShape& s) { return s.kd == 1 && s.sd == 1 && s.pd == 0 && s.id == s.od; }

}  // namespace

int class_of(std::vector<Taps>& classes, const Taps& taps) {
  const auto it = std::find(classes.begin(), classes.end(), taps);
  if (it != classes.end()) return static_cast<int>(it - classes.begin());
  classes.push_back(taps);
  return static_cast<int>(classes.size()) - 1;
}

bool is_plain_conv(const kernels::Problem& p) {
  if (p.op != "Conv" || p.inputs.size() < 2 || !p.inputs[1].constant || p.inputs[0].constant) return false;
  for (const kernels::Operand& in : p.inputs)
    if (!in.absent && (in.desc.dtype != DType::f32 || in.desc.shape.elements() == 0)) return false;
  if (p.has_input(2) && !p.inputs[2].constant) return false;
  if (p.has_input(3) && (p.inputs[3].constant || p.input_shape(3) != p.outputs[0].shape)) return false;
  return p.outputs[0].shape.elements() > 0;
}

ConvShape flattened(const ConvShape& shape) {
  ConvShape s = shape;
  if (!flat_plane(s)) return s;
  s.iw = s.ow = s.oh * s.ow;
  s.ih = s.oh = 1;
  return s;
}

ConvGeometry flattened(ConvGeometry g, bool has_residual) {
  const auto all = [&](auto&& holds) {
    return holds(g.in) && holds(g.out) && (!has_residual || holds(g.residual));
  };
  const ConvShape s = g.s;
  if (!flat_plane(s) || !all([](const Placement& p) { return p.halo_h == 0 && p.halo_w == 0; })) return g;
  g.s.iw = g.s.ow = s.oh * s.ow;
  g.s.ih = g.s.oh = 1;
  // Whole clips only where no gap stands between planes.
  if (!flat_depth(s) || !all([&](const Placement& p) { return s.od == 1 || p.d == s.oh * s.ow * p.block; }))
    return g;
  g.s.iw = g.s.ow = s.od * g.s.ow;
  g.s.id = g.s.od = 1;
  return g;
}

TileCut::TileCut(std::int64_t oh64, std::int64_t ow64, int rows) {
  const int oh = static_cast<int>(oh64), ow = static_cast<int>(ow64);
  // Where part p of n begins, as even as it goes; n times p may be more than an int holds.
  const auto begin = [](int n, int p, int parts) {
    return static_cast<int>(static_cast<std::int64_t>(n) * p / parts);
  };
  const auto kind = [&](int h, int w) {
    for (std::size_t i = 0; i < kinds.size(); ++i)
      if (kinds[i].h == h && kinds[i].w == w) return static_cast<int>(i);
    kinds.push_back({h, w});
    return static_cast<int>(kinds.size()) - 1;
  };
  if (2 * ow <= rows) {  // several rows per tile
    const int most = rows / ow;
    const int parts = (oh + most - 1) / most;
    for (int p = 0, at = 0; p < parts; ++p) {
      const int next = begin(oh, p + 1, parts);
      pieces.push_back({at, 0, kind(next - at, ow)});
      at = next;
    }
    return;
  }
  const int parts = (ow + rows - 1) / rows;
  for (int y = 0; y < oh; ++y)
    for (int p = 0, at = 0; p < parts; ++p) {
      const int next = begin(ow, p + 1, parts);
      pieces.push_back({y, at, kind(1, next - at)});
      at = next;
    }
}

std::vector<std::int32_t> pixel_bytes(const TileCut::Kind& kind, std::int64_t row, std::int64_t pixel) {
  std::vector<std::int32_t> bytes;
  for (int y = 0; y < kind.h; ++y)
    for (int x = 0; x < kind.w; ++x) bytes.push_back(static_cast<std::int32_t>((y * row + x * pixel) * 4));
  return bytes;
}

Taps tile_taps(const ConvShape& s, const TileCut& cut, const TileCut::Piece& piece) {
  Taps all{s.kh, 0};
  for (int y = piece.oh; y < piece.oh + cut.kinds[static_cast<std::size_t>(piece.kind)].h; ++y) {
    const Taps taps = kernels::valid_taps(y, s.sh, s.ph, s.dh, s.kh, s.ih);
    if (taps.first == taps.last) continue;
    all.first = std::min(all.first, taps.first);
    all.last = std::max(all.last, taps.last);
  }
  all.last = std::max(all.first, all.last);
  return all;
}

std::vector<std::uint64_t> tile_columns(const ConvShape& s, const TileCut& cut, const TileCut::Piece& piece) {
  const TileCut::Kind& kind = cut.kinds[static_cast<std::size_t>(piece.kind)];
  std::vector<std::uint64_t> columns(static_cast<std::size_t>(s.kw));
  for (int x = 0; x < kind.w; ++x) {
    const Taps taps = kernels::valid_taps(piece.ow + x, s.sw, s.pw, s.dw, s.kw, s.iw);
    for (auto kw = taps.first; kw < taps.last; ++kw)
      for (int y = 0; y < kind.h; ++y)
        columns[static_cast<std::size_t>(kw)] |= std::uint64_t{1} << (y * kind.w + x);
  }
  return columns;
}

std::int64_t executed_multiply_accumulates(const ConvShape& s, const TileCut& cut, bool leaves_out_columns) {
  // Kernel planes, over the output's planes; kernel positions, over a plane's pixels.
  std::int64_t planes = 0, positions = 0;
  for (std::int64_t od = 0; od < s.od; ++od) {
    const Taps taps = kernels::valid_taps(od, s.sd, s.pd, s.dd, s.kd, s.id);
    planes += taps.last - taps.first;
  }
  for (const TileCut::Piece& piece : cut.pieces) {
    const TileCut::Kind& kind = cut.kinds[static_cast<std::size_t>(piece.kind)];
    const Taps taps = tile_taps(s, cut, piece);
    std::int64_t columns = s.kw * kind.h * kind.w;
    if (leaves_out_columns) {
      columns = 0;
      for (std::uint64_t pixels : tile_columns(s, cut, piece)) columns += std::popcount(pixels);
    }
    positions += (taps.last - taps.first) * columns;
  }
  return s.n * s.oc * (s.ic / s.g) * planes * positions;
}

BorderClasses::BorderClasses(const ConvShape& s, const TileCut& cut)
    : taps_(static_cast<double>(s.kd * s.kh)) {
  for (std::int64_t od = 0; od < s.od; ++od)
    of_plane.push_back(class_of(d, kernels::valid_taps(od, s.sd, s.pd, s.dd, s.kd, s.id)));
  for (const TileCut::Piece& piece : cut.pieces) of_piece.push_back(class_of(h, tile_taps(s, cut, piece)));
}

double BorderClasses::share_met(std::int64_t plane, std::size_t piece) const {
  const Taps &planes = d[static_cast<std::size_t>(of_plane[static_cast<std::size_t>(plane)])],
             &rows = h[static_cast<std::size_t>(of_piece[piece])];
  return static_cast<double>((planes.last - planes.first) * (rows.last - rows.first)) / taps_;
}

std::pair<std::int64_t, int> input_blocks(const ConvShape& s, int block, std::int64_t first,
                                          std::int64_t end) {
  const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g;
  const std::int64_t ic_first = first / ocg * icg / block;
  return {ic_first, static_cast<int>((((end - 1) / ocg + 1) * icg - 1) / block + 1 - ic_first)};
}

std::vector<std::vector<KernelUnit>> dense_units(const ConvGeometry& g, const DenseCut& cut, int chunk,
                                                 std::int64_t unit_bytes) {
  const ConvShape& s = g.s;
  std::vector<std::vector<KernelUnit>> chunks;
  std::int64_t w = 0;
  for (int icb = 0; icb < cut.ic_blocks; ++icb) {
    if (icb % chunk == 0) chunks.emplace_back();
    for (int kd = 0; kd < s.kd; ++kd)
      for (int kh = 0; kh < s.kh; ++kh)
        for (int i = 0; i < cut.parts * s.kw; ++i, w += unit_bytes) {
          const std::int64_t part = i / s.kw, kw = i % s.kw;
          const std::int64_t a = icb * g.in.c + kd * s.dd * g.in.d + kh * s.dh * g.in.h +
                                 kw * s.dw * g.in.block + part * cut.depth;
          chunks.back().push_back({kd, kh, {static_cast<std::int32_t>(a * 4), static_cast<std::int32_t>(w)}});
        }
  }
  return chunks;
}

UnitTable::UnitTable(const std::vector<Taps>& d_classes, const std::vector<Taps>& h_classes,
                     const std::vector<std::vector<KernelUnit>>& chunks)
    : chunks_(static_cast<int>(chunks.size())), h_classes_(static_cast<int>(h_classes.size())) {
  for (const std::vector<KernelUnit>& chunk : chunks)
    weights_.push_back({chunk.empty() ? 0 : chunk.front().unit.w, static_cast<std::int64_t>(chunk.size())});
  const auto meets = [](int k, const Taps& taps) { return k >= taps.first && k < taps.last; };
  for (const Taps& d : d_classes)
    for (const Taps& h : h_classes)
      for (const std::vector<KernelUnit>& chunk : chunks) {
        const auto first = static_cast<std::uint32_t>(units_.size());
        for (const KernelUnit& u : chunk)
          if (meets(u.kd, d) && meets(u.kh, h)) units_.push_back(u.unit);
        ranges_.push_back({first, static_cast<std::uint32_t>(units_.size()) - first});
      }
  units_.insert(units_.end(), kUnitsAhead, Unit{0, 0});
  units_.shrink_to_fit();
}

}  // namespace rt3d::jit
