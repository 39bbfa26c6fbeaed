#include "jit/quads/kernel.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "jit/tile/sum_parts.h"

namespace rt3d::jit {

using kernels::blocks;
using kernels::ConvShape;

namespace {

// A row of pixels whose channels, `quads` times four, lie together: each four goes to a row of its own, `quad` floats apart. What comes
// next is a row away, and the lines come from afar.
template <int quads>
void repack_row(const float* in, float* to, std::int64_t columns, std::int64_t quad, std::int64_t next) {
  constexpr std::int64_t kChannels = QuadPlan::kChannels, kPixel = quads * kChannels;
  for (std::int64_t x = 0; x < columns; ++x) {
    __builtin_prefetch(in + x * kPixel + next);
    for (std::int64_t q = 0; q < quads; ++q)
      std::memcpy(to + q * quad + x * kChannels, in + x * kPixel + q * kChannels, kChannels * sizeof(float));
  }
}

}  // namespace

QuadKernel::QuadKernel(const KernelRequest& r)
    : isa_(r.target.device.isa),
      lanes_(isa_lanes(isa_)),
      threads_(r.target.threads),
      has_residual_(r.problem.has_input(3)),
      g_(flattened({kernels::conv_shape(r.problem), r.inputs[0], r.outputs[0],
                    has_residual_ ? r.inputs[3] : Placement{}},
                   has_residual_)),
      plan_(g_.s, r.schedule, g_.in.block),
      classes_(g_.s, plan_.cut),
      oc_group_(r.schedule.get("oc_group")),
      ahead_lines_(ahead_lines()) {
  const kernels::Activation activation = kernels::activation_of(r.problem.attributes);
  for (const TileCut::Kind& kind : plan_.cut.kinds)
    code_.push_back(quad_tile(isa_, tile_shape(kind, activation, r.schedule.get("spread") != 0)));
  const ConvShape& s = g_.s;
  for (std::size_t i = 0; i < plan_.cut.pieces.size(); ++i) {
    const TileCut::Piece& piece = plan_.cut.pieces[i];
    const auto place = [&](const Placement& p) { return piece.oh * p.h + piece.ow * p.block; };
    places_.push_back({(piece.oh * s.sh - s.ph) * plan_.row + (piece.ow * s.sw - s.pw) * QuadPlan::kChannels,
                       place(g_.out), place(g_.residual), piece.kind, classes_.of_piece[i]});
  }
}

QuadTileShape QuadKernel::tile_shape(const TileCut::Kind& kind, const kernels::Activation& activation,
                                     bool spread) const {
  QuadTileShape t;
  t.spread = spread;
  t.ahead_lines = ahead_lines_;
  t.vecs = kQuadVecs;
  t.depth = QuadPlan::kChannels;
  t.has_residual = has_residual_;
  t.activation = activation;
  const ConvShape& s = g_.s;
  t.a_rows = pixel_bytes(kind, s.sh * plan_.row, s.sw * QuadPlan::kChannels);
  t.c_rows = pixel_bytes(kind, g_.out.h, g_.out.block);
  if (has_residual_) t.residual_rows = pixel_bytes(kind, g_.residual.h, g_.residual.block);
  return t;
}

std::string QuadKernel::packing_key() const {
  const ConvShape& s = g_.s;
  return cat("conv.sparse_dot ", s.oc, 'x', s.ic, 'x', s.kd, 'x', s.kh, 'x', s.kw, " lanes", lanes_);
}

PackedUnits QuadKernel::pack(std::span<const Tensor* const> constants, ThreadPool& pool) const {
  // [vector][output channel of the vector][input channel]: see quads/tile.h
  const auto order = [this](int m, int k) {
    return m % kQuadVecs * lanes_ + m / kQuadVecs * QuadPlan::kChannels + k;
  };
  return packed_units(constants, {g_.s, kQuadOutputs, QuadPlan::kChannels, order}, lanes_, pool);
}

void QuadKernel::ready() {
  groups_ = UnitGroups(constants(), {.s = g_.s,
                                     .groups = blocks(g_.s.oc, lanes_) * lanes_ / kQuadOutputs,
                                     .chunk_channels = plan_.chunk_channels,
                                     .d_classes = classes_.d,
                                     .h_classes = classes_.h,
                                     .unit = [this](std::int64_t channel, int kd, int kh, int kw) {
                                       return plan_.unit(channel, kd, kh, kw);
                                     }});
}

void QuadKernel::run(const RunArgs& args) const {
  const auto boxes = static_cast<std::int64_t>(plan_.boxes.size());
  const std::int64_t parts = (groups_.size() + oc_group_ - 1) / oc_group_;
  args.pool.run(g_.s.n * boxes * parts, [&](std::int64_t i, int worker) {
    const std::int64_t n = i / boxes % g_.s.n, part = i / boxes / g_.s.n;
    const Task task{kernels::input_f32(args, 0) + n * g_.in.n,
                    has_residual_ ? kernels::input_f32(args, 3) + n * g_.residual.n : nullptr,
                    kernels::output_f32(args, 0) + n * g_.out.n,
                    reinterpret_cast<float*>(args.scratch.host()) + worker * slab_floats(),
                    plan_.boxes[static_cast<std::size_t>(i % boxes)],
                    part * oc_group_,
                    std::min(groups_.size(), (part + 1) * oc_group_)};
    for (int chunk = 0; chunk < plan_.chunks(); ++chunk) {
      repack(task, chunk);
      multiply(task, chunk);
    }
  });
}

void QuadKernel::repack(const Task& task, int chunk) const {
  const QuadBox& box = task.box;
  const std::int64_t first = std::int64_t{chunk} * plan_.chunk_channels,
                     end = std::min(g_.s.ic, first + plan_.chunk_channels);
  const auto one_row = plan_.block == 16 ? repack_row<4> : plan_.block == 8 ? repack_row<2> : repack_row<1>;
  for (std::int64_t ic = first; ic < end; ic += plan_.block)
    for (std::int64_t d = 0; d < box.planes.count; ++d) {
      const std::int64_t plane = box.planes.first + d;
      if (plane < 0 || plane >= g_.s.id || !plan_.reads_plane(d)) continue;
      const float* in = task.in + ic / plan_.block * g_.in.c + plane * g_.in.d + box.rows.first * g_.in.h +
                        box.columns.first * g_.in.block;
      float* to = task.slab + (ic - first) / QuadPlan::kChannels * plan_.quad + d * plan_.plane;
      for (std::int64_t h = 0; h < box.rows.count; ++h)
        if (plan_.reads_row(h))
          one_row(in + h * g_.in.h, to + h * plan_.row, box.columns.count, plan_.quad, g_.in.h);
    }
}

// Lines of the next group's weights for each unit, so that all tiles of a box together bring them near.
int QuadKernel::ahead_lines() const {
  constexpr int kMost = 4;
  double fewest = static_cast<double>(plan_.cut.pieces.size()) * static_cast<double>(g_.s.od);
  for (const QuadBox& box : plan_.boxes) {
    double turns = 0;
    for (int plane = box.plane_first; plane < box.plane_first + box.plane_count; ++plane)
      for (int tile = box.tile_first; tile < box.tile_first + box.tile_count; ++tile)
        turns += classes_.share_met(plane, static_cast<std::size_t>(tile));
    fewest = std::min(fewest, turns);
  }
  return lines_per_unit(kQuadOutputs * QuadPlan::kChannels * 4, fewest, kMost);
}

WeightsAhead QuadKernel::weights_after(const Task& task, int chunk, std::int64_t group) const {
  const bool last = group + 1 == task.last_group;
  if (last) chunk = (chunk + 1) % plan_.chunks();
  const UnitGroup& next = groups_[last ? task.first_group : group + 1];
  const UnitTable::Weights& weights = next.units.weights(chunk);
  return {next.weights + weights.first / 4, weights.units * kQuadOutputs * QuadPlan::kChannels};
}

// A group's weights stay near while all tiles of the box need them; the slab stays in L2. The next group's come from afar.
void QuadKernel::multiply(const Task& task, int chunk) const {
  for (std::int64_t group = task.first_group; group < task.last_group; ++group) {
    WeightsAhead ahead = weights_after(task, chunk, group);
    for (int i = 0; i < task.box.plane_count; ++i)
      multiply_plane(task, chunk, group, task.box.plane_first + i, ahead);
  }
}

void QuadKernel::multiply_plane(const Task& task, int chunk, std::int64_t group, int plane,
                                WeightsAhead& ahead) const {
  const UnitGroup& g = groups_[group];
  const QuadBox& box = task.box;
  const ConvShape& s = g_.s;
  const bool last = chunk + 1 == plan_.chunks();
  const std::int64_t oc = group * kQuadOutputs;
  const auto place = [&](const Placement& p) { return oc / lanes_ * p.c + plane * p.d + oc % lanes_; };
  const float* slab = task.slab + (plane * s.sd - s.pd - box.planes.first) * plan_.plane -
                      box.rows.first * plan_.row - box.columns.first * QuadPlan::kChannels;
  float* out = task.out + place(g_.out);
  const float* residual = has_residual_ ? task.residual + place(g_.residual) : nullptr;
  TileArgs t{};
  t.w = g.weights;
  t.bias = constants().bias.as<float>() + oc;
  t.flags = (chunk > 0 ? kLoadPartial : 0) | (last ? kFinish : 0);
  for (int i = box.tile_first; i < box.tile_first + box.tile_count; ++i) {
    const TilePlace& tile = places_[static_cast<std::size_t>(i)];
    const UnitTable::Range range =
        g.units.range(classes_.of_plane[static_cast<std::size_t>(plane)], tile.row_class, chunk);
    if (range.count == 0 && chunk > 0 && !last) continue;
    t.a = slab + tile.slab;
    t.units = g.units.unit(range);
    t.unit_count = range.count;
    t.c = out + tile.out;
    if (residual) t.residual = residual + tile.residual;
    t.ahead = ahead.take(std::int64_t{range.count} * ahead_lines_, t.a);
    // One product of a unit in every lane.
    call_in_parts(*code_[static_cast<std::size_t>(tile.kind)], t, units_per_part(1), 1,
                  ahead_lines_ * (kLineBytes / 4));
  }
}

}  // namespace rt3d::jit
