// A convolution with weights in Winograd's transform domain (docs/transform-domain.md) as libtorch computes it: for each tile of the
// output y = Aᵀ [u ⊙ Bᵀ d], summed over input channels. At each point it is a matrix of its own, from the input channels of transformed tiles to
// output channels; so u can be pruned and trained like any weights.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <vector>

#include "base/winograd_tile.h"
#include "graph/graph.h"

namespace rt3d::pruner {

// Whether the node is a Conv whose weights are transformed (graph/transformed_weights.h).
bool is_transformed(const graph::Node& node);

class WinogradConv {
 public:
  // `input`: [clips, ic, depth, height, width] or without depth; `weights`: the spatial ones.
  WinogradConv(const graph::Node& conv, const Shape& input, const Shape& weights);

  // Bᵀ d of all tiles: [points, ic, clips · tiles of a clip].
  at::Tensor inputs(const at::Tensor& x) const;
  // Aᵀ of [points, oc, clips · tiles of a clip], where the output is.
  at::Tensor outputs(const at::Tensor& products) const;
  // All of it; `u`: [oc, ic, q, n, n].
  at::Tensor run(const at::Tensor& x, const at::Tensor& u) const;

  // What one product gives to each output of its tile: [points, outputs of a tile], double.
  at::Tensor output_map() const;

  // How long steps of u are to be beside those of w, for the same rate: [q, n, n]. A step of w moves u = G w by G Gᵀ times u's gradient;
  // this is a quarter of its diagonal, |G_p|² at point p. (Gradients of u are largest where |G_p| is small: with one rate for all points
  // those diverge long before the others have moved. u may also move where no w could move it, and at the whole diagonal training
  // demo/motion.onnx at the default rate lost 15 points in 50 steps, where the quarter gains.)
  at::Tensor step_scale() const;

 private:
  struct Axis {
    std::int64_t in, out, pad, stride;
    std::int64_t m;            // outputs of a tile
    at::Tensor input, output;  // Bᵀ: [points, span]; Aᵀ: [m, points]; float
    at::Tensor squares;        // |G_p|²: [points]
    std::int64_t tiles() const { return (out + m - 1) / m; }
    std::int64_t points() const { return input.size(0); }
  };

  int rank_;
  std::int64_t clips_;
  std::array<Axis, 3> axes_;  // depth, height, width
};

}  // namespace rt3d::pruner
