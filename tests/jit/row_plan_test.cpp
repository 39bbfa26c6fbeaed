// Cutting output rows into pieces, and what fits the registers.
#include <doctest/doctest.h>

#include "base/device.h"
#include "jit/rows/code.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {
namespace {

kernels::ConvShape row_of(std::int64_t iw, std::int64_t kw, std::int64_t stride, std::int64_t pad) {
  kernels::ConvShape s;
  s.iw = iw;
  s.kw = kw;
  s.sw = stride;
  s.pw = pad;
  s.ow = (iw + 2 * pad - kw) / stride + 1;
  return s;
}

}  // namespace

TEST_CASE("pieces of a row cover it once, and only those at its ends know of borders") {
  const RowCut cut(row_of(56, 3, 1, 1), 14);
  REQUIRE(cut.kind.size() == 4);
  CHECK(cut.ow == std::vector<int>{0, 14, 28, 42});
  CHECK(cut.kind[0] == RowPiece{14, 1, 16});  // column 0 is the padding
  CHECK(cut.kind[1] == RowPiece{14, 0, 16});
  CHECK(cut.kind[2] == cut.kind[1]);
  CHECK(cut.kind[3] == RowPiece{14, 0, 15});
}

TEST_CASE("a piece beside the input has no columns") {
  const RowCut cut(row_of(2, 1, 1, 3), 3);
  REQUIRE(cut.kind.size() == 3);
  CHECK(cut.kind[0].low == cut.kind[0].high);
  CHECK(cut.kind[2].low == cut.kind[2].high);
}

TEST_CASE("some pixels fit the registers of every instruction set, whatever the window") {
  for (Isa isa : {Isa::avx2, Isa::avx512, Isa::neon})
    for (RowOp op : {RowOp::weighted, RowOp::max, RowOp::sum})
      for (int kw : {1, 3, 7, 64})
        for (int stride : {1, 2, 5}) {
          RowShape shape;
          shape.op = op;
          shape.kw = kw;
          shape.sw = stride;
          shape.pixel = isa_lanes(isa) * 4;
          shape.activation.act = kernels::Act::swish;
          const int cols = most_row_cols(isa, shape);
          CHECK(cols >= 1);
          shape.piece = {cols, 0, (cols - 1) * stride + kw};
          CHECK(!list(isa, [&](Asm& as) { emit_row(as, shape); }).machine_code.empty());
          shape.piece.cols = cols + 1;
          CHECK_THROWS(list(isa, [&](Asm& as) { emit_row(as, shape); }));
        }
}

}  // namespace rt3d::jit

TEST_SUITE_END();
