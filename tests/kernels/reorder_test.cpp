#include "kernels/copy/reorder.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.h"

namespace rt3d::kernels::copy {
namespace {

constexpr float kUnwritten = -77;

std::int64_t at(const Placement& p, std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t h,
                std::int64_t w) {
  return p.origin() + n * p.n + c / p.block * p.c + d * p.d + h * p.h + w * p.block + c % p.block;
}

float value(std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t h, std::int64_t w) {
  return static_cast<float>((((n * 50 + c) * 7 + d) * 9 + h) * 21 + w + 1);
}

template <typename Body>
void for_each(const Shape& shape, Body&& body) {
  const Dims5 s(shape);
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t d = 0; d < s.d; ++d)
        for (std::int64_t h = 0; h < s.h; ++h)
          for (std::int64_t w = 0; w < s.w; ++w) body(n, c, d, h, w);
}

struct Laid {
  Laid(const Shape& shape, Port port)
      : p(Placement::of(shape, port)), data(static_cast<std::size_t>(p.elements(shape)), kUnwritten) {}
  float* origin() { return data.data() + p.origin(); }
  float& operator[](std::int64_t i) { return data[static_cast<std::size_t>(i)]; }
  Placement p;
  std::vector<float> data;
};

// Whether the storage index lies in the gap behind a plane or behind a channel block's planes.
bool in_gap(const Shape& shape, const Placement& p, std::int64_t index) {
  const Dims5 s(shape);
  const std::int64_t in_block = index % p.n % p.c;
  return in_block / p.d >= s.d || in_block % p.d / p.h >= s.h + 2 * p.halo_h;
}

// What is wrong after a reorder, as text.
std::string check(const Shape& shape, Port from, Port to, ThreadPool& pool) {
  Laid a(shape, from), b(shape, to);
  for_each(shape, [&](auto... i) { a[at(a.p, i...)] = value(i...); });
  reorder(shape, a.origin(), a.p, b.origin(), b.p, pool);
  std::string wrong;
  std::vector<bool> element(b.data.size());
  for_each(shape, [&](auto... i) {
    const std::int64_t index = at(b.p, i...);
    element[static_cast<std::size_t>(index)] = true;
    if (b[index] != value(i...)) wrong = cat("element ", index, " is ", b[index]);
  });
  zero_halo({DType::f32, shape}, reinterpret_cast<std::byte*>(b.origin()), b.p, pool);
  for_each(shape, [&](auto... i) {
    if (b[at(b.p, i...)] != value(i...)) wrong = "zero_halo wrote an element";
  });
  for (std::size_t i = 0; i < b.data.size(); ++i)
    if (!element[i] && b.data[i] != 0.0f && from.block != to.block &&
        !in_gap(shape, b.p, static_cast<std::int64_t>(i)))
      wrong = cat("storage ", i, " is ", b.data[i]);
  return wrong;
}

}  // namespace

TEST_SUITE_BEGIN("kernels");

TEST_CASE("reorder moves every element between all pairs of layouts, and leaves zeros around them") {
  ThreadPool pool(2);
  const Shape shapes[] = {{1, 3, 2, 5, 7}, {2, 21, 2, 4, 9}, {1, 32, 1, 3, 4},
                          {1, 16, 5, 6},   {2, 5, 9},        {3, 17}};
  const Port ports[] = {{1, 0, 0}, {1, 1, 2}, {4, 0, 0}, {8, 1, 1}, {16, 3, 0}, {16, 0, 0}};
  for (const Shape& shape : shapes)
    for (const Port& from : ports)
      for (const Port& to : ports) {
        INFO(shape.text(), ": block ", from.block, " to block ", to.block, " halo ", to.halo_h, "x",
             to.halo_w);
        CHECK(check(shape, from, to, pool) == "");
      }
}

TEST_CASE("reorder writes into a part of a larger tensor and nothing beside it") {
  ThreadPool pool(2);
  const Shape part{2, 16, 2, 3, 5}, whole{2, 48, 2, 3, 5};
  Laid source(part, {1, 0, 0}), target(whole, {8, 1, 1});
  for_each(part, [&](auto... i) { source[at(source.p, i...)] = value(i...); });
  reorder(part, source.origin(), source.p, target.origin() + 2 * target.p.c, target.p, pool);
  int wrong = 0;
  for_each(whole, [&](std::int64_t n, std::int64_t c, auto... i) {
    const float got = target[at(target.p, n, c, i...)];
    wrong += got != (c >= 16 && c < 32 ? value(n, c - 16, i...) : kUnwritten);
  });
  CHECK(wrong == 0);
}

TEST_CASE_TEMPLATE("halos of every width of element are zeroed, and nothing else", Element, std::uint8_t,
                   std::uint16_t, std::uint32_t, std::uint64_t) {
  const DType dtype = sizeof(Element) == 1   ? DType::i8
                      : sizeof(Element) == 2 ? DType::f16
                      : sizeof(Element) == 4 ? DType::f32
                                             : DType::i64;
  ThreadPool pool(2);
  const Shape shape{2, 5, 2, 3, 4};
  for (const Port port : {Port{.block = 4, .halo_h = 1, .halo_w = 2, .dtype = dtype},
                          Port{.block = 1, .halo_w = 1, .dtype = dtype}}) {
    const Placement p = Placement::of(shape, port);
    const Element mark = 0x5a;
    std::vector<Element> data(static_cast<std::size_t>(p.elements(shape)) + 1, mark);
    zero_halo({dtype, shape}, reinterpret_cast<std::byte*>(data.data() + p.origin()), p, pool);
    std::int64_t zeros = 0, kept = 0;
    for (const Element e : data) zeros += e == 0;
    const Dims5 s(shape);
    for (std::int64_t n = 0; n < s.n; ++n)
      for (std::int64_t c = 0; c < blocks(s.c, p.block) * p.block; ++c)
        for (std::int64_t d = 0; d < s.d; ++d)
          for (std::int64_t h = 0; h < s.h; ++h)
            for (std::int64_t w = 0; w < s.w; ++w)
              kept += data[static_cast<std::size_t>(at(p, n, c, d, h, w))] == mark;
    const std::int64_t planes = s.n * blocks(s.c, p.block) * p.block * s.d;
    CHECK(kept == planes * s.h * s.w);
    CHECK(zeros == planes * ((s.h + 2 * p.halo_h) * (s.w + 2 * p.halo_w) - s.h * s.w));
    CHECK(data.back() == mark);
  }
}

TEST_SUITE_END();
}  // namespace rt3d::kernels::copy
