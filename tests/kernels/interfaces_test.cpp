// The values of the kernel interface: Problem, Schedule, Placement, taps and activations, and their texts.
#include <doctest/doctest.h>

#include <set>
#include <utility>

#include "base/error.h"
#include "kernels/activation.h"
#include "kernels/conv_shape.h"
#include "kernels/placement.h"
#include "kernels/schedule.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::tests {

using namespace kernels;

TEST_CASE("a problem's text reads back as the same problem") {
  Problem p;
  p.op = "Conv";
  p.inputs = {{{DType::f32, {1, 4, 2, 3, 5}}, false, false},
              {{DType::f32, {2, 4, 1, 1, 1}}, true, false},
              {{}, false, true},
              {{DType::i64, {}}, false, false}};
  p.outputs = {{DType::f32, {1, 2, 2, 3, 5}}, {DType::boolean, {3}}};
  p.attributes.set("strides", std::vector<std::int64_t>{1, 1, 1});
  p.attributes.set("axes", std::vector<std::int64_t>{-1});
  p.attributes.set("none", std::vector<std::int64_t>{});
  p.attributes.set("group", std::int64_t{1});
  p.attributes.set("act_alpha", 0.1);
  p.attributes.set("act_beta", 6.0);
  p.attributes.set("mode", std::string("constant"));
  CHECK(parse_problem(p.text()) == p);
  CHECK(p.text() ==
        "Conv 1x4x2x3x5,c2x4x1x1x1,-,scalar:i64 -> 1x2x2x3x5,3:bool act_alpha=0.1 act_beta=6.0 axes=[-1] "
        "group=1 "
        "mode=constant none=[] strides=1x1x1");
}

TEST_CASE("what is not a problem is refused with an error") {
  for (const char* line :
       {"", "Conv", "Conv 1x2 1x2", "Conv 1x2 ->", "Conv 1xa -> 1x2", "Conv 1x2:f99 -> 1x2",
        "Conv 1x2 -> 1x2 strides", "Conv 1x2 -> 1x2 =3", "Conv 1x-2 -> 1x2"})
    CHECK_THROWS_AS(parse_problem(line), Error);
}

TEST_CASE("multiply-accumulates count the padding too") {
  CHECK(multiply_accumulates(parse_problem(
            "Conv 1x4x2x3x5,c6x2x3x3x3 -> 1x6x2x3x5 group=2 pads=1x1x1x1x1x1")) == 6 * 2 * 3 * 5 * 2 * 27);
  CHECK(multiply_accumulates(parse_problem("Gemm 2x3x10,c7x10 -> 2x3x7")) == 2 * 3 * 7 * 10);
  CHECK(multiply_accumulates(parse_problem("MatMul 2x3x10,10x7 -> 2x3x7")) == 2 * 3 * 7 * 10);
  CHECK(multiply_accumulates(parse_problem("Add 3,3 -> 3")) == 0);
}

TEST_CASE("a schedule's text reads back, and knobs are found by name") {
  const Schedule schedule{{"rows", 14}, {"vecs", 2}, {"shift", -1}};
  CHECK(schedule.text() == "rows=14,vecs=2,shift=-1");
  CHECK(parse_schedule(schedule.text()) == schedule);
  CHECK(parse_schedule(Schedule().text()) == Schedule());
  CHECK(schedule.get("vecs") == 2);
  CHECK(schedule.get("none", 5) == 5);
  CHECK_THROWS_AS(schedule.get("none"), Error);
  for (const char* text : {"rows", "=3", "rows=", "rows=x", "rows=1x"})
    CHECK_THROWS_AS(parse_schedule(text), Error);
}

TEST_CASE("a blocked placement gives every element a place of its own") {
  const Shape shape{2, 5, 2, 3, 4};
  const Placement p = Placement::of(shape, {4, 1, 2});
  const std::int64_t size = p.elements(shape);
  CHECK(size == 2 * p.n);
  CHECK(p.d >= (3 + 2) * (4 + 4) * 4);
  CHECK(p.d / 16 % 2 == 1);  // planes and channel blocks: an odd number of cache lines
  CHECK(p.c / 16 % 2 == 1);
  std::set<std::int64_t> seen;
  for (std::int64_t n = 0; n < 2; ++n)
    for (std::int64_t c = 0; c < 5; ++c)
      for (std::int64_t d = 0; d < 2; ++d)
        for (std::int64_t h = -1; h < 4; ++h)
          for (std::int64_t w = -2; w < 6; ++w) {
            const std::int64_t at = p.origin() + n * p.n + c / 4 * p.c + d * p.d + h * p.h + w * 4 + c % 4;
            CHECK((at >= 0 && at < size));
            seen.insert(at);
          }
  CHECK(seen.size() == 2 * 5 * 2 * 5 * 8);
}

TEST_CASE("planes and blocks are an odd number of cache lines apart, whatever the elements are") {
  for (const DType dtype : {DType::i8, DType::f16, DType::f32, DType::f64}) {
    const auto line = 64 / static_cast<std::int64_t>(dtype_bytes(dtype));
    for (const Shape& shape : {Shape{1, 16, 2, 8, 8}, Shape{2, 5, 3, 7, 9}}) {
      const Placement p = Placement::of(shape, {.block = 8, .halo_h = 1, .halo_w = 1, .dtype = dtype});
      for (const std::int64_t stride : {p.d, p.c}) {
        CHECK(stride % line == 0);
        CHECK(stride / line % 2 == 1);
      }
    }
    CHECK(odd_lines(1, dtype) == line);
    CHECK(odd_lines(2 * line, dtype) == 3 * line);
  }
}

TEST_CASE("a planar placement is row-major at every rank") {
  const Placement p = Placement::of({2, 3, 4, 5, 6}, {});
  CHECK((p.n == 360 && p.c == 120 && p.d == 30 && p.h == 6 && p.origin() == 0));
  CHECK(Placement::of({7, 9}, {}).n == 9);
  CHECK(Placement::of({7, 9, 4}, {}).c == 4);
  CHECK(Placement::of({7, 9, 4}, {}).elements({7, 9, 4}) == 252);
  CHECK(Placement::of({6}, {}).elements({6}) == 6);
}

TEST_CASE("valid taps are the kernel positions that meet input") {
  for (std::int64_t size : {0, 1, 2, 5, 9})
    for (std::int64_t kernel : {1, 2, 3, 7})
      for (std::int64_t stride : {1, 2, 3})
        for (std::int64_t dilation : {1, 2, 3})
          for (std::int64_t pad : {0, 1, 2, 5})
            for (std::int64_t o = 0; o < 9; ++o) {
              std::int64_t count = 0, first = -1;
              for (std::int64_t k = 0; k < kernel; ++k) {
                const std::int64_t at = o * stride - pad + k * dilation;
                if (at < 0 || at >= size) continue;
                if (count++ == 0) first = k;
              }
              const Taps taps = valid_taps(o, stride, pad, dilation, kernel, size);
              INFO(cat(o, " ", stride, " ", pad, " ", dilation, " ", kernel, " ", size));
              CHECK(taps.last - taps.first == count);
              if (count) CHECK(taps.first == first);
            }
}

TEST_CASE("sizes of convolutions are found for one to three spatial dimensions") {
  const ConvShape s = conv_shape(parse_problem(
      "Conv 2x4x5x8x9,c6x2x3x1x2 -> 2x6x3x8x4 dilations=1x1x3 group=2 pads=1x0x2x0x0x1 strides=2x1x3"));
  CHECK((s.n == 2 && s.ic == 4 && s.oc == 6 && s.g == 2 && s.id == 5 && s.iw == 9 && s.od == 3 && s.ow == 4));
  CHECK(
      (s.kd == 3 && s.kh == 1 && s.kw == 2 && s.sd == 2 && s.sw == 3 && s.pd == 1 && s.pw == 2 && s.dw == 3));
  CHECK((s.pd2 == 1 && s.ph2 == 0 && s.pw2 == 2));
  const ConvShape line = conv_shape(parse_problem("Conv 1x4x9,c6x4x3 -> 1x6x4 pads=0x1 strides=[2]"));
  CHECK((line.iw == 9 && line.ih == 1 && line.id == 1 && line.kw == 3 && line.sw == 2 && line.sh == 1 &&
         line.pw == 0));
  for (const char* bad : {"Conv 1x4x9,c6x3x3 -> 1x6x7", "Conv 1x4x9,c6x4x3 -> 1x6x7 strides=1x1",
                          "Conv 1x4x9,c6x4x3 -> 1x6x7 pads=[1]", "Conv 1x4x9,c6x4x3 -> 1x6x7 strides=[0]",
                          "Conv 1x4x9,c6x4x3 -> 1x6x7 pads=-1x0", "Conv 1x4x9,c6x2x3 -> 1x6x7 group=3"})
    CHECK_THROWS_AS(conv_shape(parse_problem(bad)), Error);
}

TEST_CASE("useful multiply-accumulates are those that meet the input") {
  for (const char* text :
       {"Conv 1x4x3x5x6,c6x4x3x3x3 -> 1x6x3x5x6 pads=1x1x1x1x1x1",
        "Conv 2x4x5x8x9,c6x2x3x1x2 -> 2x6x3x8x4 dilations=1x1x3 group=2 pads=1x0x2x0x0x1 strides=2x1x3",
        "Conv 1x3x2x7,c5x3x5x3 -> 1x5x4x4 pads=3x1x3x1 strides=1x2", "Conv 1x4x9,c6x4x3 -> 1x6x7"}) {
    const Problem problem = parse_problem(text);
    const ConvShape s = conv_shape(problem);
    const auto meets = [](std::int64_t o, std::int64_t stride, std::int64_t pad, std::int64_t k,
                          std::int64_t dilation, std::int64_t size) {
      const std::int64_t at = o * stride - pad + k * dilation;
      return at >= 0 && at < size;
    };
    std::int64_t count = 0, all = 0;
    for (std::int64_t position = 0; position < s.od * s.oh * s.ow * s.kernel_positions(); ++position) {
      std::int64_t rest = position;
      const auto next = [&](std::int64_t size) { return std::exchange(rest, rest / size) % size; };
      const std::int64_t kw = next(s.kw), kh = next(s.kh), kd = next(s.kd);
      const std::int64_t ow = next(s.ow), oh = next(s.oh), od = next(s.od);
      ++all;
      count += meets(od, s.sd, s.pd, kd, s.dd, s.id) && meets(oh, s.sh, s.ph, kh, s.dh, s.ih) &&
               meets(ow, s.sw, s.pw, kw, s.dw, s.iw);
    }
    CAPTURE(text);
    const std::int64_t channels = s.n * s.oc * s.ic / s.g;
    CHECK(useful_multiply_accumulates(problem) == channels * count);
    CHECK(multiply_accumulates(problem) == channels * all);
  }
  CHECK(useful_multiply_accumulates(parse_problem("Gemm 2x5,c7x5 -> 2x7")) == 70);
  CHECK(useful_multiply_accumulates(parse_problem("Relu 2x5 -> 2x5")) == 0);
}

TEST_CASE("activations are known by name and travel through attributes") {
  for (Act act : {Act::none, Act::relu, Act::clip, Act::leaky_relu, Act::sigmoid, Act::tanh,
                  Act::hard_sigmoid, Act::hard_swish, Act::swish}) {
    CHECK(parse_act(act_name(act)) == act);
    Attributes attributes;
    const Activation activation{act, act == Act::none ? 0.0f : 0.25f, 0};
    set_activation(attributes, activation);
    CHECK(activation_of(attributes) == activation);
  }
  CHECK_THROWS_AS(parse_act("gelu"), Error);
  CHECK(apply({Act::clip, -1, 2}, 5) == 2);
  CHECK(apply({Act::leaky_relu, 0.5f, 0}, -4) == -2);
  CHECK(apply({Act::hard_sigmoid, 0.25f, 0.5f}, 1) == 0.75f);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
