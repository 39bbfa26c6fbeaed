// Code whose lanes are products of several output with four input channels.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "jit/quads/plan.h"
#include "jit/quads/tile.h"
#include "jit/x64_code.h"
#include "skip.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {
namespace {

// A tile of `rows` pixels, side by side in what it reads, and its operands.
struct Example {
  // pixel: floats from one pixel's results to the next
  static constexpr std::size_t channels = kQuadOutputs, pixel = channels + 3;
  std::size_t rows;
  QuadTileShape shape;
  std::vector<float> a, w, bias, residual, c;
  std::vector<Unit> units;

  Example(std::size_t rows_, int depth) : rows(rows_) {
    shape.vecs = kQuadVecs;
    shape.depth = depth;
    shape.activation.act = kernels::Act::relu;
    for (std::size_t r = 0; r < rows; ++r) {
      shape.a_rows.push_back(static_cast<std::int32_t>(r * 16));
      shape.c_rows.push_back(static_cast<std::int32_t>(r * pixel * 4));
      shape.residual_rows.push_back(static_cast<std::int32_t>((rows - 1 - r) * pixel * 4));
    }
    const auto k = static_cast<std::size_t>(depth);
    constexpr int kUnits = 3;
    a = integers(4 * kUnits * (rows + k), 1);
    w = integers(kUnits * k * channels, 2);
    bias = integers(channels, 3);
    residual = integers(rows * pixel, 4);
    c = integers(rows * pixel, 5);
    for (int u = 0; u < kUnits; ++u)  // weights backwards
      units.push_back({static_cast<std::int32_t>(u * static_cast<int>(rows) * 16),
                       static_cast<std::int32_t>((kUnits - 1 - u) * depth * static_cast<int>(channels) * 4)});
    units.resize(units.size() + kUnitsAhead);
  }

  // Output channel m of row r over the first `count` units, before what follows the sum.
  float sum(std::size_t r, std::size_t m, std::size_t count) const {
    const auto vecs = static_cast<std::size_t>(shape.vecs), depth = static_cast<std::size_t>(shape.depth);
    float total = 0;
    for (std::size_t u = 0; u < count; ++u)
      for (std::size_t k = 0; k < depth; ++k) {
        const std::size_t four = k / 4 * channels * 4 + m % vecs * (channels / vecs * 4) + m / vecs * 4;
        total += a[static_cast<std::size_t>(units[u].a) / 4 + r * 4 + k] *
                 w[static_cast<std::size_t>(units[u].w) / 4 + four + k % 4];
      }
    return total;
  }

  std::vector<float> expected(std::int64_t flags, std::size_t count) const {
    std::vector<float> out = c;
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t m = 0; m < channels; ++m) {
        float& value = out[r * pixel + m];
        value = sum(r, m, count) + ((flags & kLoadPartial) != 0 ? value : bias[m]);
        if ((flags & kFinish) == 0) continue;
        if (shape.has_residual) value += residual[(rows - 1 - r) * pixel + m];
        value = std::max(0.0f, value);
      }
    return out;
  }
};

}  // namespace

TEST_CASE(
    "a tile of quads sums over its units, from the bias or from what is there, and touches nothing else") {
  if (!isa_runs_here(Isa::avx512)) RT3D_SKIP("no AVX-512 here");
  for (std::size_t rows = 1; tile_fits(Isa::avx512, static_cast<int>(rows), kQuadVecs, {}); ++rows)
    for (int depth : {4, 8})
      for (bool spread : {false, true})
        for (bool has_residual : {false, true}) {
          CAPTURE(rows);
          Example e(rows, depth);
          e.shape.spread = spread;
          e.shape.has_residual = has_residual;
          e.shape.ahead_lines = static_cast<int>(rows % 2);
          const auto code = quad_tile(Isa::avx512, e.shape);
          for (std::int64_t flags : {std::int64_t{0}, kLoadPartial, kFinish, kLoadPartial | kFinish})
            for (std::size_t count : {0, 1, 3}) {
              const std::vector<float> expected = e.expected(flags, count);
              const TileArgs args{e.a.data(),        e.units.data(), static_cast<std::int64_t>(count),
                                  e.w.data(),        e.c.data(),     e.bias.data(),
                                  e.residual.data(), flags,          e.w.data()};
              code->call(&args);
              REQUIRE(e.c == expected);
            }
        }
}

TEST_CASE("boxes of a plan of quads cover every tile once, and their slab all that these read") {
  kernels::ConvShape s{};
  s.n = 1, s.ic = 40, s.oc = 8, s.g = 1;
  s.id = 7, s.ih = 9, s.iw = 33, s.kd = 3, s.kh = 3, s.kw = 3;
  s.sd = 2, s.sh = 1, s.sw = 2, s.dd = 1, s.dh = 2, s.dw = 1;
  s.pd = s.pd2 = 1, s.ph = s.ph2 = 2, s.pw = s.pw2 = 1;
  s.od = 4, s.oh = 9, s.ow = 17;
  for (int planes : {1, 3, 4})
    for (int tiles : {1, 2, 5, 18}) {
      const QuadPlan plan(s, {{"rows", 14}, {"planes", planes}, {"tiles", tiles}, {"ic_chunk", 2}}, 16);
      std::vector<int> covered(static_cast<std::size_t>(s.od) * plan.cut.pieces.size());
      for (const QuadBox& box : plan.boxes)
        for (int d = box.plane_first; d < box.plane_first + box.plane_count; ++d)
          for (int t = box.tile_first; t < box.tile_first + box.tile_count; ++t) {
            ++covered[static_cast<std::size_t>(d) * plan.cut.pieces.size() + static_cast<std::size_t>(t)];
            const TileCut::Piece& piece = plan.cut.pieces[static_cast<std::size_t>(t)];
            const TileCut::Kind& kind = plan.cut.kinds[static_cast<std::size_t>(piece.kind)];
            const std::int64_t row = (piece.oh + kind.h - 1) * s.sh - s.ph + (s.kh - 1) * s.dh,
                               column = (piece.ow + kind.w - 1) * s.sw - s.pw + (s.kw - 1) * s.dw;
            CHECK(d * s.sd - s.pd >= box.planes.first);
            CHECK(d * s.sd - s.pd + s.kd <= box.planes.first + box.planes.count);
            CHECK(piece.oh * s.sh - s.ph >= box.rows.first);
            CHECK(row < box.rows.first + box.rows.count);
            CHECK(piece.ow * s.sw - s.pw >= box.columns.first);
            CHECK(column < box.columns.first + box.columns.count);
            CHECK(box.columns.count * QuadPlan::kChannels <= plan.row);
            CHECK(box.planes.count * plan.plane <= plan.quad);
          }
      CHECK(std::all_of(covered.begin(), covered.end(), [](int count) { return count == 1; }));
      CHECK(plan.chunks() == 2);
      CHECK(plan.slab == 8 * plan.quad);
      for (std::int64_t i : {0, 2, 4}) CHECK(plan.reads_row(i));
    }
  s.kd = s.kh = 1;
  s.sd = s.sh = 2;
  const QuadPlan strided(s, {{"rows", 14}, {"planes", 2}, {"tiles", 4}, {"ic_chunk", 1}}, 16);
  CHECK(strided.reads_row(2));
  CHECK(!strided.reads_row(1));
  CHECK(!strided.reads_plane(3));
}

}  // namespace rt3d::jit

TEST_SUITE_END();
