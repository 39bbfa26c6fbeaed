#include "base/winograd_tile.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d {
namespace {

constexpr std::array<WinogradTile, 8> kTiles{
    {{1, 2}, {1, 4}, {2, 2}, {2, 4}, {4, 2}, {4, 4}, {2, 1}, {4, 1}}};

struct Known {
  int m, r, stride;
};
constexpr std::array<Known, 5> kKnown{{{2, 3, 1}, {4, 3, 1}, {2, 3, 2}, {4, 3, 2}, {4, 7, 2}}};

}  // namespace

std::string WinogradTile::text() const { return cat("t", t, "s", s); }

std::span<const WinogradTile> winograd_tiles() { return kTiles; }

std::optional<WinogradTile> find_winograd_tile(std::string_view text) {
  for (const WinogradTile& tile : kTiles)
    if (tile.text() == text) return tile;
  return std::nullopt;
}

bool has_winograd_transform(int m, std::int64_t r, std::int64_t stride) {
  return std::any_of(kKnown.begin(), kKnown.end(),
                     [&](const Known& k) { return k.m == m && k.r == r && k.stride == stride; });
}

std::optional<Shape> winograd_weight_shape(const Shape& weights, const WinogradTile& tile,
                                           const std::array<std::int64_t, 3>& strides) {
  if (weights.rank() != 4 && weights.rank() != 5) return std::nullopt;
  const std::int64_t kd = weights.rank() == 5 ? weights[2] : 1;
  const std::int64_t kh = weights[weights.rank() - 2], kw = weights[weights.rank() - 1];
  const auto [sd, sh, sw] = strides;
  if (kh != kw || sh != sw) return std::nullopt;
  const bool pointwise = kh == 1 && sh == 1;
  if (tile.s > 1 ? !has_winograd_transform(tile.s, kh, sh) : !pointwise) return std::nullopt;
  if (tile.t > 1 && !has_winograd_transform(tile.t, kd, sd)) return std::nullopt;
  const std::int64_t q = tile.t > 1 ? winograd_products(tile.t, kd, sd) : kd;
  const std::int64_t n = tile.s > 1 ? winograd_products(tile.s, kh, sh) : 1;
  return Shape{weights[0], weights[1], q, n, n};
}

}  // namespace rt3d
