// Code whose lanes are pixels: the way there, the multiply loop, and the way back.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "jit/pixels/layout.h"
#include "jit/pixels/tile.h"
#include "jit/x64_code.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {

TEST_CASE("pixels of a channel-blocked tensor become rows of channels, and back with what follows the sum") {
  on_each_x64([](Isa isa, std::size_t lanes) {
    for (std::size_t count = 1; count <= lanes; ++count) {
      CAPTURE(count);
      PixelLayoutShape shape;
      for (std::size_t p = 0; p < count; ++p)  // two rows of pixels
        shape.pixels.push_back(static_cast<std::int32_t>((p + (2 * p >= count ? 3 : 0)) * lanes * 4));
      const std::size_t channel = lanes + 5;
      shape.channel = static_cast<std::int32_t>(channel * 4);
      const std::vector<float> blocked = integers((lanes + 3) * lanes, 1);
      std::vector<float> rows(lanes * channel, 99.0f);
      const PixelLayoutArgs there{blocked.data(), rows.data(), nullptr, nullptr};
      to_pixels(isa, shape)->call(&there);
      for (std::size_t p = 0; p < count; ++p)
        for (std::size_t c = 0; c < lanes; ++c)
          REQUIRE(rows[c * channel + p] == blocked[static_cast<std::size_t>(shape.pixels[p]) / 4 + c]);

      shape.has_residual = true;
      shape.residual_pixels = shape.pixels;
      shape.activation.act = kernels::Act::relu;
      const std::vector<float> bias = integers(lanes, 2);
      std::vector<float> out(blocked.size(), 99.0f);
      const PixelLayoutArgs back{rows.data(), out.data(), bias.data(), blocked.data()};
      from_pixels(isa, shape)->call(&back);
      std::vector<float> expected(blocked.size(), 99.0f);
      for (std::int32_t at : shape.pixels)
        for (std::size_t c = 0; c < lanes; ++c) {
          const std::size_t i = static_cast<std::size_t>(at) / 4 + c;
          expected[i] = std::max(0.0f, 2 * blocked[i] + bias[c]);
        }
      CHECK(out == expected);
    }
  });
}

TEST_CASE("a pixel tile sums over its units, from nothing or from what is there") {
  on_each_x64([](Isa isa, std::size_t lanes) {
    for (int channels : {1, 4, 8})
      for (int vectors = 1; vectors <= most_pixel_vectors(isa, channels); ++vectors)
        for (int depth : {1, 4}) {
          CAPTURE(channels);
          CAPTURE(vectors);
          const std::size_t pixels = static_cast<std::size_t>(vectors) * lanes, a_channel = pixels + 3;
          PixelTileShape shape{vectors, channels, depth, static_cast<std::int32_t>(a_channel * 4),
                               static_cast<std::int32_t>(pixels * 4)};
          const auto m = static_cast<std::size_t>(channels), k = static_cast<std::size_t>(depth);
          const std::vector<float> a = integers(2 * k * a_channel, 3), w = integers(3 * k * m, 4);
          std::vector<float> c = integers(m * pixels, 5), expected(c.size());
          const std::vector<Unit> units{
              {0, 0},
              {4 * 3, static_cast<std::int32_t>(2 * k * m * 4)},
              {static_cast<std::int32_t>(k * a_channel * 4), static_cast<std::int32_t>(k * m * 4)}};
          const std::size_t count = depth == 1 ? units.size() : units.size() - 1;
          const auto code = pixel_tile(isa, shape);
          for (std::int64_t flags : {std::int64_t{0}, kLoadPartial}) {
            for (std::size_t j = 0; j < m; ++j)
              for (std::size_t p = 0; p < pixels; ++p) {
                float sum = flags ? c[j * pixels + p] : 0;
                for (std::size_t u = 0; u < count; ++u)
                  for (std::size_t i = 0; i < k; ++i)
                    sum += a[static_cast<std::size_t>(units[u].a) / 4 + i * a_channel + p] *
                           w[static_cast<std::size_t>(units[u].w) / 4 + i * m + j];
                expected[j * pixels + p] = sum;
              }
            const TileArgs args{a.data(), units.data(), static_cast<std::int64_t>(count),
                                w.data(), c.data(),     nullptr,
                                nullptr,  flags,        w.data()};
            code->call(&args);
            REQUIRE(c == expected);
          }
          const TileArgs none{a.data(), nullptr, 0, w.data(), c.data(), nullptr, nullptr, 0, w.data()};
          code->call(&none);
          CHECK(c == std::vector<float>(c.size(), 0.0f));
        }
  });
}

}  // namespace rt3d::jit

TEST_SUITE_END();
