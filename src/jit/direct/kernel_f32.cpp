#include "jit/direct/kernel_f32.h"

#include <algorithm>

#include "jit/tile/sum_parts.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {

ConvTilesF32::ConvTilesF32(const KernelRequest& r, int depth, bool columns)
    : ConvTiles(r, r.inputs[0], isa_lanes(r.target.device.isa), depth),
      isa_(r.target.device.isa),
      far_(g_.s.ic * g_.s.id * g_.s.ih * g_.s.iw * 4 > r.target.device.l2_bytes),
      ahead_lines_(ahead_lines(r)),
      columns_(columns) {
  const kernels::Activation activation = kernels::activation_of(r.problem.attributes);
  std::vector<Variant> variants;
  for (const TileCut::Piece& piece : cut_.pieces) {
    const Variant variant = variant_of(piece);
    const auto at = std::find(variants.begin(), variants.end(), variant);
    code_of_piece_.push_back(static_cast<std::size_t>(at - variants.begin()));
    if (at == variants.end()) variants.push_back(variant);
  }
  for (const Variant& variant : variants)
    turns_.push_back(static_cast<std::uint32_t>(std::max<std::size_t>(1, variant.columns.size())));
  for (OutputBlock& block : blocks_)
    for (const Variant& variant : variants)
      block.code.push_back(tile(isa_, tile_shape(variant, block.vecs, activation)));
}

ConvTilesF32::Variant ConvTilesF32::variant_of(const TileCut::Piece& piece) const {
  Variant variant{piece.kind, {}};
  if (!columns_) return variant;
  const TileCut::Kind& kind = cut_.kinds[static_cast<std::size_t>(piece.kind)];
  const std::uint64_t all = (std::uint64_t{1} << (kind.h * kind.w)) - 1;
  std::vector<std::uint64_t> columns = tile_columns(g_.s, cut_, piece);
  if (std::any_of(columns.begin(), columns.end(), [&](std::uint64_t pixels) { return pixels != all; }))
    variant.columns = std::move(columns);
  return variant;
}

// Where weights do not fit L2, so many lines of what comes next per unit that all tiles together bring it near, those at the clip's and
// the image's borders too, which multiply fewer units. Cores of AArch64 are left to their own prefetchers: none has been measured.
int ConvTilesF32::ahead_lines(const KernelRequest& r) const {
  constexpr int kMost = 8;
  const auto sparsity = kernels::sparsity_of(r.problem);
  const int vecs = r.schedule.get("vecs");
  const double bytes =
      static_cast<double>(dense_weights(g_.s, lanes_, vecs) * 4) * (sparsity ? sparsity->kept() : 1);
  if (isa_ == Isa::neon || bytes < static_cast<double>(r.target.device.l2_bytes)) return 0;
  return lines_per_unit(unit_weights(vecs) * 4, fewest_turns(), kMost);
}

TileShape ConvTilesF32::tile_shape(const Variant& variant, int vecs,
                                   const kernels::Activation& activation) const {
  const TileCut::Kind& kind = cut_.kinds[static_cast<std::size_t>(variant.kind)];
  TileShape t;
  t.columns = variant.columns;
  t.vecs = vecs;
  t.depth = depth_;
  t.exact_reads = depth_ < 4 && depth_ < g_.s.ic;  // units may end anywhere in a pixel's channels
  t.c_vec = static_cast<std::int32_t>(g_.out.c * 4);
  t.residual_vec = static_cast<std::int32_t>(g_.residual.c * 4);
  t.has_residual = has_residual_;
  t.ahead_lines = ahead_lines_;
  t.activation = activation;
  // Where the input does not fit L2, what the next tile reads comes from afar unless it is asked for early; beside a kernel column stand
  // units of the others, which share in that. Cores of AArch64 are left to their own prefetchers as with weights, but for layers of
  // single positions, which read each pixel once.
  const bool once = g_.s.kernel_positions() == 1 && kind.h == 1 && g_.s.sw == 1;
  if (far_ && (isa_ != Isa::neon || once)) {
    t.input_ahead = static_cast<std::int32_t>(next_tile(kind) * 4);
    if (g_.s.sw == 1 && g_.s.dw == 1) t.input_step = static_cast<int>(g_.s.kw);
  }
  t.a_rows = input_pixels(kind);
  t.c_rows = pixels(kind, g_.out);
  if (has_residual_) t.residual_rows = pixels(kind, g_.residual);
  return t;
}

void ConvTilesF32::run(const RunArgs& args) const { run_items(args, 0, g_.s.n, kernels::input_f32(args, 0)); }

WeightsAhead ConvTilesF32::weights_after(const TileWork& work) const {
  if (ahead_lines_ == 0 || !work.next) return {};
  const UnitTable::Weights& next = work.next->units->weights(work.next_chunk);
  return {weights() + work.next->weights + next.first / 4, next.units * unit_weights(work.next->vecs)};
}

void ConvTilesF32::run_tiles(const Item& item, const TileWork& work) const {
  const OutputBlock& block = work.block;
  TileArgs t{};
  t.w = weights() + block.weights;
  t.bias = bias_ + block.first;
  t.flags = (work.chunk > 0 ? kLoadPartial | kPartialAway : 0) | (work.last_chunk() ? kFinish : 0);
  WeightsAhead ahead = weights_after(work);
  for (std::int64_t i = work.first; i < work.last; ++i) {
    const TilePlace at = place(work, i);
    t.a = item.in + at.in;
    t.units = block.units->unit(at.units);
    const std::size_t code = code_of_piece_[at.piece];
    const std::int64_t turns = turns_[code];
    t.unit_count = at.units.count / turns_[code];
    t.c = item.out + at.out;
    if (item.residual) t.residual = item.residual + at.residual;
    t.ahead = ahead.take(at.units.count * ahead_lines_, t.a);
    call_in_parts(*block.code[code], t, units_per_part(turns * depth_), turns,
                  turns * ahead_lines_ * (kLineBytes / 4));
  }
}

}  // namespace rt3d::jit
