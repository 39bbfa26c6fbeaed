// Direct convolution's tiles in floats (tile.h), straight from the input: what dense and sparse convolution share beyond
// conv_tiles.h.
#pragma once

#include "jit/conv_tiles.h"
#include "jit/weights_ahead.h"

namespace rt3d::jit {

class ConvTilesF32 : public ConvTiles {
 public:
  void run(const RunArgs& args) const final;

 protected:
  ConvTilesF32(const KernelRequest& request, int depth);

 private:
  void run_tiles(const Item& item, const TileWork& work) const final;
  WeightsAhead weights_after(const TileWork& work) const;
  TileShape tile_shape(const TileCut::Kind& kind, int vecs, const kernels::Activation& activation,
                       bool far) const;
  int ahead_lines(const KernelRequest& request) const;

  int ahead_lines_;  // per unit; 0: weights are near
};

}  // namespace rt3d::jit
