#include "jit/conv/tile_cut.h"
#include "jit/conv/geometry.h"
#include "jit/conv/units.h"

#include <doctest/doctest.h>

#include <bit>
#include <vector>

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {

TEST_CASE("a tile cut covers every pixel of a plane once, with tiles no larger than asked") {
  for (int oh = 1; oh <= 9; ++oh)
    for (int ow = 1; ow <= 33; ++ow)
      for (int rows : {1, 2, 6, 9, 14, 30}) {
        const TileCut cut(oh, ow, rows);
        std::vector<int> seen(static_cast<std::size_t>(oh * ow), 0);
        for (const TileCut::Piece& piece : cut.pieces) {
          const TileCut::Kind& kind = cut.kinds[static_cast<std::size_t>(piece.kind)];
          REQUIRE(kind.h * kind.w <= rows);
          REQUIRE((kind.h == 1 || (kind.w == ow && piece.ow == 0)));
          for (int y = 0; y < kind.h; ++y)
            for (int x = 0; x < kind.w; ++x)
              ++seen.at(static_cast<std::size_t>(piece.oh + y) * static_cast<std::size_t>(ow) +
                        static_cast<std::size_t>(piece.ow + x));
        }
        for (int count : seen) REQUIRE(count == 1);
        CHECK(cut.kinds.size() <= 4);
      }
}

TEST_CASE("planes of more than sixteen bits of rows or columns are cut like small ones") {
  const std::pair<int, int> planes[] = {{70'000, 1}, {70'000, 2}, {1, 70'000}};
  for (const auto& [oh, ow] : planes)
    for (int rows : {1, 2, 14}) {
      std::int64_t at = 0;  // pieces follow one another
      for (const TileCut cut(oh, ow, rows); const TileCut::Piece& piece : cut.pieces) {
        const TileCut::Kind& kind = cut.kinds[static_cast<std::size_t>(piece.kind)];
        REQUIRE(std::int64_t{piece.oh} * ow + piece.ow == at);
        REQUIRE((kind.h > 0 && kind.w > 0 && kind.h * kind.w <= rows));
        at += kind.h * kind.w;
      }
      CHECK(at == std::int64_t{oh} * ow);
    }
}

TEST_CASE("unit lists leave out kernel planes and rows that meet only padding") {
  const kernels::Problem p =
      kernels::parse_problem("Conv 1x16x2x5x20,c16x16x3x3x3,c16 -> 1x16x2x5x20 pads=1x1x1x1x1x1");
  const kernels::Port port{16, 1, 1};
  const ConvGeometry g{kernels::conv_shape(p),
                       kernels::Placement::of(p.input_shape(0), port),
                       kernels::Placement::of(p.outputs[0].shape, {16, 0, 0}),
                       {}};
  const TileCut cut(5, 20, 14);
  std::vector<KernelUnit> units;
  for (int kd = 0; kd < 3; ++kd)
    for (int kh = 0; kh < 3; ++kh)
      for (int kw = 0; kw < 3; ++kw)
        units.push_back({kd, kh, {100 * kd + 10 * kh + kw, 4 * static_cast<int>(units.size())}});
  const BorderClasses classes(g.s, cut);
  const UnitTable table(classes.d, classes.h, {units, {}});
  REQUIRE(cut.pieces.size() == 10);
  CHECK(table.chunks() == 2);
  const auto range = [&](std::size_t od, std::size_t piece, int chunk) {
    return table.range(classes.of_plane[od], classes.of_piece[piece], chunk);
  };
  CHECK(range(0, 0, 0).count == 2 * 2 * 3);  // a corner: 2 planes, 2 rows
  CHECK(range(1, 4, 0).count == 2 * 3 * 3);  // rows inside
  CHECK(range(1, 4, 1).count == 0);
  // The first unit of the first plane skips kd = 0 and kh = 0.
  CHECK(table.unit(range(0, 0, 0))->a == 110);
  CHECK(table.unit(range(0, 0, 0))->w == 4 * (9 + 3));
  // What is to be brought near are all weights of a chunk, those that a class leaves out too.
  CHECK(table.weights(0).first == 0);
  CHECK(table.weights(0).units == 27);
  CHECK(table.weights(1).units == 0);
  CHECK(classes.share_met(0, 0) == doctest::Approx(4.0 / 9));
  CHECK(classes.share_met(1, 4) == doctest::Approx(6.0 / 9));
}

TEST_CASE("executed multiply-accumulates are those of the unit lists, for every pixel of every tile") {
  const kernels::Problem p =
      kernels::parse_problem("Conv 1x16x3x5x4,c16x16x3x3x3,c16 -> 1x16x3x5x4 pads=1x1x1x1x1x1");
  const kernels::Port port{16, 1, 1};
  const ConvGeometry g{kernels::conv_shape(p),
                       kernels::Placement::of(p.input_shape(0), port),
                       kernels::Placement::of(p.outputs[0].shape, {16, 0, 0}),
                       {}};
  for (int rows : {3, 8, 14}) {  // parts of a row, two rows, three
    const TileCut cut(5, 4, rows);
    const BorderClasses classes(g.s, cut);
    const UnitTable table(classes.d, classes.h, dense_units(g, {1, 1, 16}, 1, 16 * 16 * 4));
    std::int64_t count = 0, inside = 0;
    for (std::size_t od = 0; od < 3; ++od)
      for (std::size_t i = 0; i < cut.pieces.size(); ++i) {
        const TileCut::Kind& kind = cut.kinds[static_cast<std::size_t>(cut.pieces[i].kind)];
        const std::int64_t units = table.range(classes.of_plane[od], classes.of_piece[i], 0).count;
        count += units * kind.h * kind.w;
        for (std::uint64_t pixels : tile_columns(g.s, cut, cut.pieces[i]))
          inside += units / 3 * std::popcount(pixels);
      }
    CHECK(executed_multiply_accumulates(g.s, cut, false) == count * 16 * 16);
    CHECK(executed_multiply_accumulates(g.s, cut, true) == inside * 16 * 16);
    CHECK(count < kernels::multiply_accumulates(p) / 16 / 16);
    CHECK(inside < count);
    CHECK(inside >= kernels::useful_multiply_accumulates(p) / 16 / 16);
  }
}

TEST_CASE("a pixel reads the kernel columns that stand inside the image") {
  kernels::ConvShape s{};
  s.oh = 2, s.ow = 7, s.kw = 3, s.iw = 7, s.sw = 1, s.dw = 1, s.pw = 1;
  const TileCut both(2, 7, 14);
  CHECK(tile_columns(s, both, both.pieces[0]) ==
        std::vector<std::uint64_t>{0b1111110'1111110, 0b1111111'1111111, 0b0111111'0111111});
  const TileCut halves(2, 7, 4);
  CHECK(tile_columns(s, halves, halves.pieces[0]) == std::vector<std::uint64_t>{0b110, 0b111, 0b111});
  s.sw = 2, s.dw = 3, s.ow = 4, s.pw = 3;  // pixels read columns -3, 0, 3; -1, 2, 5; 1, 4, 7; 3, 6, 9
  const TileCut row(1, 4, 8);
  CHECK(tile_columns(s, row, row.pieces[0]) == std::vector<std::uint64_t>{0b1100, 0b1111, 0b0011});
}

TEST_CASE("pointwise layers become one row, unless a halo stands between rows") {
  const kernels::Problem p = kernels::parse_problem("Conv 1x16x2x5x20,c16x16x1x1x1,c16 -> 1x16x2x5x20");
  ConvGeometry g{kernels::conv_shape(p),
                 kernels::Placement::of(p.input_shape(0), {16, 0, 0}),
                 kernels::Placement::of(p.outputs[0].shape, {16, 0, 0}),
                 {}};
  CHECK(flattened(g, false).s.ow == 100);  // planes are an odd number of lines apart
  g.out = kernels::Placement::of(p.outputs[0].shape, {16, 1, 1});
  CHECK(flattened(g, false).s.ow == 20);
}

}  // namespace rt3d::jit

TEST_SUITE_END();
