// Direct convolution's tiles in floats (tile.h), straight from the input: what dense and sparse convolution share beyond
// direct/kernel.h.
#pragma once

#include "jit/direct/kernel.h"
#include "jit/tile/weights_ahead.h"

namespace rt3d::jit {

class ConvTilesF32 : public ConvTiles {
 public:
  void run(const RunArgs& args) const final;

 protected:
  // `columns`: units come in turns, one for each kernel column, and border tiles leave out what lies outside the image.
  ConvTilesF32(const KernelRequest& request, int depth, bool columns);

  const float* weights() const { return reinterpret_cast<const float*>(weights_); }

 private:
  // What pieces that share code have in common: kernel columns as of tile_columns(), none where every pixel reads all of them.
  struct Variant {
    int kind;
    std::vector<std::uint64_t> columns;
    bool operator==(const Variant&) const = default;
  };

  Variant variant_of(const TileCut::Piece& piece) const;
  void run_tiles(const Item& item, const TileWork& work) const final;
  WeightsAhead weights_after(const TileWork& work) const;
  TileShape tile_shape(const Variant& variant, int vecs, const kernels::Activation& activation) const;
  int ahead_lines(const KernelRequest& request) const;

  Isa isa_;
  bool far_;         // whether the input does not fit L2
  int ahead_lines_;  // per unit; 0: weights are near
  bool columns_;
  std::vector<std::size_t> code_of_piece_;
  std::vector<std::uint32_t> turns_;  // by code: units that take turns, which count as one
};

}  // namespace rt3d::jit
