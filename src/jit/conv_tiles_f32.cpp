#include "jit/conv_tiles_f32.h"

namespace rt3d::jit {

ConvTilesF32::ConvTilesF32(const KernelRequest& r, int depth)
    : ConvTiles(r, r.inputs[0], isa_lanes(r.target.device.isa), depth) {
  const bool far = g_.s.ic * g_.s.id * g_.s.ih * g_.s.iw * 4 > r.target.device.l2_bytes;
  const kernels::Activation activation = kernels::activation_of(r.problem.attributes);
  for (OutputBlock& block : blocks_)
    for (const TileCut::Kind& kind : cut_.kinds)
      block.code.push_back(tile(r.target.device.isa, tile_shape(kind, block.vecs, activation, far)));
}

TileShape ConvTilesF32::tile_shape(const TileCut::Kind& kind, int vecs, const kernels::Activation& activation,
                                   bool far) const {
  TileShape t;
  t.vecs = vecs;
  t.depth = depth_;
  t.exact_reads = depth_ < 4 && depth_ < g_.s.ic;  // units may end anywhere in a pixel's channels
  t.c_vec = static_cast<std::int32_t>(g_.out.c * 4);
  t.residual_vec = static_cast<std::int32_t>(g_.residual.c * 4);
  t.has_residual = has_residual_;
  t.activation = activation;
  // A layer of single positions reads each pixel once: where the input does not fit L2, what the next tile reads comes from afar
  // unless it is asked for early.
  if (far && g_.s.kernel_positions() == 1 && kind.h == 1 && g_.s.sw == 1)
    t.input_ahead = static_cast<std::int32_t>(kind.w * g_.in.block * 4);
  t.a_rows = input_pixels(kind);
  t.c_rows = pixels(kind, g_.out);
  if (has_residual_) t.residual_rows = pixels(kind, g_.residual);
  return t;
}

void ConvTilesF32::run(const RunArgs& args) const { run_items(args, 0, g_.s.n, kernels::input_f32(args, 0)); }

void ConvTilesF32::run_tiles(const Item& item, const TileWork& work) const {
  const OutputBlock& block = work.block;
  TileArgs t{};
  t.w = weights_.as<float>() + block.weights;
  t.bias = bias_.as<float>() + block.first;
  t.flags = (work.chunk > 0 ? kLoadPartial : 0) | (work.last_chunk() ? kFinish : 0);
  for (std::int64_t i = work.first; i < work.last; ++i) {
    const TilePlace at = place(work, i);
    t.a = item.in + at.in;
    t.units = block.units->unit(at.units);
    t.unit_count = at.units.count;
    t.c = item.out + at.out;
    if (item.residual) t.residual = item.residual + at.residual;
    block.code[static_cast<std::size_t>(at.kind)]->call(&t);
  }
}

}  // namespace rt3d::jit
