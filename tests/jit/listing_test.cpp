// Golden listings: what the generators emit for a few small kernels, for every ISA, on any host. After a wanted change:
//   RT3D_BLESS=1 rt3d-tests -tc="*golden listings*"
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "jit/direct_f16/narrow.h"
#include "jit/direct_f16/tile.h"
#include "jit/pixels/layout.h"
#include "jit/pixels/tile.h"
#include "jit/quads/tile.h"
#include "jit/rows/code.h"
#include "jit/stream/stream.h"
#include "jit/tile/tile.h"
#include "test_data.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {
namespace {

TileShape small_tile(int lanes) {
  TileShape t;
  t.vecs = 2;
  t.depth = 4;
  for (int r = 0; r < 3; ++r) {
    t.a_rows.push_back(r * lanes * 4);
    t.c_rows.push_back(r * lanes * 4);
    t.residual_rows.push_back(r * lanes * 4);
  }
  t.c_vec = 4096;
  t.residual_vec = 4096;
  t.has_residual = true;
  t.activation.act = kernels::Act::relu;
  return t;
}

void compare_or_bless(const std::string& name, const std::string& text) {
  const std::string path = tests::test_data("jit/golden") / (name + ".s");
  if (std::getenv("RT3D_BLESS")) {
    std::ofstream(path) << text;
    return;
  }
  std::stringstream golden;
  golden << std::ifstream(path).rdbuf();
  CHECK_MESSAGE(golden.str() == text, name, ": the listing differs from ", path);
}

}  // namespace

TEST_CASE("golden listings of tile, row and stream") {
  for (Isa isa : {Isa::avx2, Isa::avx512, Isa::neon}) {
    const std::string suffix(isa_name(isa));
    const int lanes = isa_lanes(isa);
    compare_or_bless("tile_" + suffix, list(isa, [&](Asm& as) { emit_tile(as, small_tile(lanes)); }).text);
    TileShape border = small_tile(lanes);
    border.columns = {0b110, 0b111, 0};  // a row is left out, all multiply, none does
    compare_or_bless("tile_columns_" + suffix, list(isa, [&](Asm& as) { emit_tile(as, border); }).text);
    TileShape ahead = small_tile(lanes);  // what comes next: weights, and input lines of every second row
    ahead.has_residual = false;
    ahead.activation = {};
    ahead.ahead_lines = 3;
    ahead.input_ahead = 1024;
    ahead.input_step = 2;
    compare_or_bless("tile_ahead_" + suffix, list(isa, [&](Asm& as) { emit_tile(as, ahead); }).text);
    RowShape shape;
    shape.piece = {2, 1, 5};  // the first column is in the padding
    shape.kw = 3;
    shape.sw = 2;
    shape.pixel = lanes * 4;
    shape.a_row = shape.c_row = 8 * shape.pixel;
    compare_or_bless("row_weighted_" + suffix, list(isa, [&](Asm& as) { emit_row(as, shape); }).text);
    shape.op = RowOp::max;
    compare_or_bless("row_max_" + suffix, list(isa, [&](Asm& as) { emit_row(as, shape); }).text);
    const StreamShape swish{.op = StreamOp::mul, .b_repeats = true, .activation = {kernels::Act::swish}};
    compare_or_bless("stream_" + suffix, list(isa, [&](Asm& as) { emit_stream(as, swish); }).text);
  }
}

TEST_CASE("golden listings of code whose lanes are pixels") {
  for (Isa isa : {Isa::avx2, Isa::avx512}) {
    const std::string suffix(isa_name(isa));
    const PixelTileShape shape{2, 4, 2, 4096, 256};
    compare_or_bless("pixel_tile_" + suffix, list(isa, [&](Asm& as) { emit_pixel_tile(as, shape); }).text);
    PixelLayoutShape layout;
    layout.pixels = layout.residual_pixels = {0, 64, 256};
    layout.channel = 1024;
    layout.has_residual = true;
    layout.activation.act = kernels::Act::relu;
    compare_or_bless("to_pixels_" + suffix, list(isa, [&](Asm& as) { emit_to_pixels(as, layout); }).text);
    compare_or_bless("from_pixels_" + suffix, list(isa, [&](Asm& as) { emit_from_pixels(as, layout); }).text);
  }
}

TEST_CASE("golden listing of a tile of quads") {
  QuadTileShape t{small_tile(4), true};
  t.ahead_lines = 1;
  compare_or_bless("quad_tile_avx512", list(Isa::avx512, [&](Asm& as) { emit_quad_tile(as, t); }).text);
}

TEST_CASE("golden listings of half precision") {
  HalfTileShape t;
  t.vecs = 2;
  t.depth = 5;
  t.c_block = 4096;
  t.odd_blocks = t.has_residual = true;
  for (int r = 0; r < 3; ++r) {
    t.a_rows.push_back(r * 16);
    t.c_rows.push_back(r * 16);
    t.residual_rows.push_back(r * 16);
  }
  t.residual_block = 4096;
  t.activation.act = kernels::Act::relu;
  compare_or_bless("half_tile_neon", list(Isa::neon, [&](Asm& as) { emit_half_tile(as, t); }).text);
  compare_or_bless("narrow_neon", list(Isa::neon, [](Asm& as) { emit_narrow(as, {}); }).text);
}

TEST_CASE("half precision is AArch64's") {
  CHECK_THROWS(list(Isa::avx2, [](Asm& as) { as.widen({0}, {1}, {2}); }));
}

}  // namespace rt3d::jit

TEST_SUITE_END();
