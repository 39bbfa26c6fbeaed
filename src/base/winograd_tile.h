// The tiles of Winograd's fast convolution that this library knows, by name, and the shapes that go with them: what a model's file may
// say of transformed weights. The transforms themselves are in kernels/winograd_points.h.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/shape.h"

namespace rt3d {

// t outputs per transform along depth, s along height and along width; 1: that axis is not transformed.
struct WinogradTile {
  int t = 1, s = 1;

  std::string text() const;  // "t4s4"
  bool operator==(const WinogradTile&) const = default;
};

std::span<const WinogradTile> winograd_tiles();
std::optional<WinogradTile> find_winograd_tile(std::string_view text);

// Whether there is a transform of m outputs, r taps and this stride: m is 2 or 4; r and stride 3 and 1, 3 and 2, or 7 and 2.
bool has_winograd_transform(int m, std::int64_t r, std::int64_t stride);
// Its multiplications: of m outputs and r taps per phase, one phase for each residue of the stride.
constexpr std::int64_t winograd_products(int m, std::int64_t r, std::int64_t stride) {
  return r + stride * (m - 1);
}

// Weights of shape [oc, ic, kh, kw] or [oc, ic, kd, kh, kw], transformed: [oc, ic, q, n, n], where q is the number of temporal points
// (kd where t = 1) and n that of spatial ones along each axis. Nothing where the tile has no transform for this kernel and
// these strides (of depth, height, width).
std::optional<Shape> winograd_weight_shape(const Shape& weights, const WinogradTile& tile,
                                           const std::array<std::int64_t, 3>& strides);

}  // namespace rt3d
