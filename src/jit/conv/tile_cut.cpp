#include "jit/conv/tile_cut.h"

#include <algorithm>
#include <bit>

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Taps;

int class_of(std::vector<Taps>& classes, const Taps& taps) {
  const auto it = std::find(classes.begin(), classes.end(), taps);
  if (it != classes.end()) return static_cast<int>(it - classes.begin());
  classes.push_back(taps);
  return static_cast<int>(classes.size()) - 1;
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

}  // namespace rt3d::jit
