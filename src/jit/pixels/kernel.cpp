#include "jit/pixels/kernel.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "jit/direct/schedule.h"
#include "jit/pixels/layout.h"
#include "jit/pixels/tile.h"
#include "jit/tile/sum_parts.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {

using kernels::blocks;
using kernels::ConvShape;

PixelConvKernel::PixelConvKernel(const KernelRequest& r)
    : isa_(r.target.device.isa),
      lanes_(isa_lanes(isa_)),
      threads_(r.target.threads),
      has_residual_(r.problem.has_input(3)),
      in_(r.inputs[0]),
      out_(r.outputs[0]),
      residual_(has_residual_ ? r.inputs[3] : Placement{}),
      activation_(kernels::activation_of(r.problem.attributes)),
      plan_(kernels::conv_shape(r.problem), r.schedule, lanes_),
      channels_(r.schedule.get("channels")),
      depth_(sparse_depth(kernels::sparsity_of(r.problem)->gn, lanes_)),
      vectors_(r.schedule.get("vectors")),
      oc_blocks_(r.schedule.get("oc_blocks")),
      tiles_outside_(r.schedule.get("tiles_outside") != 0) {
  for (int v = 1; v <= vectors_; ++v)
    tiles_.push_back(pixel_tile(isa_, {v, channels_, depth_, static_cast<std::int32_t>(plan_.v_channel * 4),
                                       static_cast<std::int32_t>(plan_.c_channel * 4)}));
  for (const PixelBlock& block : plan_.blocks) {
    for (const PixelAxis::Phase& phase : plan_.middle.phases)
      add_there(plan_.middle_lines(block, phase).count);
    for (const PixelSegment& segment : block.segments) add_back(segment.middle_count);
  }
}

void PixelConvKernel::add_there(int lines) {
  if (lines == 0 || there_.contains(lines)) return;
  const Strides in = strides(in_);
  const std::int64_t line = in.middle * plan_.middle.stride;
  PixelLayoutShape shape;
  shape.channel = static_cast<std::int32_t>(plan_.v_channel * 4);
  // The line after the next comes from afar unless it is asked for early.
  shape.ahead =
      static_cast<std::int32_t>((plan_.middle.lines > 1 ? line : in.outer * plan_.outer.stride) * 4);
  Pieces pieces{TileCut(lines, plan_.pitch, lanes_), {}};
  for (const TileCut::Kind& kind : pieces.cut.kinds) {
    shape.pixels = pixel_bytes(kind, line, in.pixel * plan_.s.sw);
    pieces.code.push_back(to_pixels(isa_, shape));
  }
  there_.emplace(lines, std::move(pieces));
}

void PixelConvKernel::add_back(int lines) {
  if (back_.contains(lines)) return;
  const Strides out = strides(out_), residual = strides(residual_);
  const auto columns = static_cast<int>(plan_.s.ow);
  PixelLayoutShape shape;
  shape.channel = static_cast<std::int32_t>(plan_.c_channel * 4);
  shape.has_residual = has_residual_;
  shape.activation = activation_;
  // Where there are gaps between lines, a piece lies within one.
  Pieces pieces{TileCut(lines, columns, plan_.gaps ? std::min(lanes_, 2 * columns - 1) : lanes_), {}};
  for (const TileCut::Kind& kind : pieces.cut.kinds) {
    shape.pixels = pixel_bytes(kind, out.middle, out.pixel);
    if (has_residual_) shape.residual_pixels = pixel_bytes(kind, residual.middle, residual.pixel);
    pieces.code.push_back(from_pixels(isa_, shape));
  }
  back_.emplace(lines, std::move(pieces));
}

std::string PixelConvKernel::packing_key() const {
  const ConvShape& s = plan_.s;
  return cat("conv.sparse_pixels ", s.oc, 'x', s.ic, 'x', s.kd, 'x', s.kh, 'x', s.kw, " lanes", lanes_,
             " channels", channels_, " depth", depth_);
}

PackedUnits PixelConvKernel::pack(std::span<const Tensor* const> constants, ThreadPool& pool) const {
  const auto order = [this](int m, int k) { return k * channels_ + m; };
  return packed_units(constants, {plan_.s, channels_, depth_, order}, lanes_, pool);
}

void PixelConvKernel::ready() {
  groups_ = UnitGroups(constants(), {.s = plan_.s,
                                     .groups = blocks(plan_.s.oc, lanes_) * lanes_ / channels_,
                                     .chunk_channels = plan_.chunk_channels,
                                     .d_classes = plan_.outer.classes,
                                     .h_classes = plan_.middle.classes,
                                     .unit = [this](std::int64_t channel, int kd, int kh, int kw) {
                                       return plan_.unit(channel, kd, kh, kw);
                                     }});
}

void PixelConvKernel::run(const RunArgs& args) const {
  const auto spatial = static_cast<std::int64_t>(plan_.blocks.size());
  const std::int64_t per_task = std::int64_t{oc_blocks_} * lanes_ / channels_,
                     parts = (groups_.size() + per_task - 1) / per_task;
  args.pool.run(plan_.s.n * spatial * parts, [&](std::int64_t i, int worker) {
    const std::int64_t n = i / spatial % plan_.s.n, part = i / spatial / plan_.s.n;
    float* scratch = reinterpret_cast<float*>(args.scratch.host()) + worker * worker_floats();
    const Task task{kernels::input_f32(args, 0) + n * in_.n,
                    has_residual_ ? kernels::input_f32(args, 3) + n * residual_.n : nullptr,
                    kernels::output_f32(args, 0) + n * out_.n,
                    scratch,
                    scratch + v_floats(),
                    plan_.blocks[static_cast<std::size_t>(i % spatial)],
                    part * per_task,
                    std::min(groups_.size(), (part + 1) * per_task)};
    for (int chunk = 0; chunk < plan_.chunks(); ++chunk) {
      repack(task, chunk);
      multiply(task, chunk);
    }
  });
}

void PixelConvKernel::repack(const Task& task, int chunk) const {
  const ConvShape& s = plan_.s;
  const std::int64_t first = chunk * plan_.chunk_channels, end = std::min(s.ic, first + plan_.chunk_channels);
  for (std::int64_t ic = first; ic < end; ic += lanes_)
    for (std::int64_t copy = 0; copy < plan_.copies; ++copy)
      repack_lines(task, task.in + ic / lanes_ * in_.c + (copy * s.dw - s.pw) * in_.block,
                   task.v + copy * plan_.v_copy + (ic - first) * plan_.v_channel);
}

// One block of channels for one kernel column, or for all. What a piece writes behind its pixels the next one overwrites: addresses ascend.
void PixelConvKernel::repack_lines(const Task& task, const float* in, float* v) const {
  const Strides from = strides(in_);
  const PixelAxis &outer = plan_.outer, &middle = plan_.middle;
  const Pieces* pieces = nullptr;
  int pieces_lines = 0;
  for (const PixelAxis::Phase& o : outer.phases)
    for (int i = 0; i < task.block.outer_count + o.more; ++i) {
      const int at = (task.block.outer_first + i) * outer.stride - outer.pad + o.at;
      if (at < 0 || at >= outer.in) continue;  // no unit reads it
      for (const PixelAxis::Phase& m : middle.phases) {
        const PixelLines lines = plan_.middle_lines(task.block, m);
        if (lines.count == 0) continue;
        if (lines.count != pieces_lines) {
          pieces = &there_.at(lines.count);
          pieces_lines = lines.count;
        }
        const float* line = in + at * from.outer + lines.input * from.middle;
        float* to = v + (o.first + i) * plan_.v_outer + (m.first + lines.first) * plan_.pitch;
        for (const TileCut::Piece& piece : pieces->cut.pieces) {
          const PixelLayoutArgs call{
              line + piece.oh * middle.stride * from.middle + piece.ow * plan_.s.sw * from.pixel,
              to + piece.oh * plan_.pitch + piece.ow, nullptr, nullptr};
          pieces->code[static_cast<std::size_t>(piece.kind)]->call(&call);
        }
      }
    }
}

// Sums go back as soon as they are final and a vector of output channels is complete: they are near, and the stores have time. While
// tiles are multiplied, what comes next is prefetched: the next group's weights, then the lines that the sums go to.
void PixelConvKernel::multiply(const Task& task, int chunk) const {
  const bool last = chunk + 1 == plan_.chunks();
  if (tiles_outside_) {
    for (const PixelRun& run : task.block.runs)
      for (std::int64_t g = task.first_group; g < task.last_group; ++g)
        multiply_run(task, g, run, chunk, next_weights(task, g, run, chunk));
    for (std::int64_t g = task.first_group; last && g < task.last_group; g += lanes_ / channels_)
      transpose_back(task, g * channels_);
    return;
  }
  for (std::int64_t g = task.first_group; g < task.last_group; ++g) {
    for (const PixelRun& run : task.block.runs) {
      const bool weights = !last || &run == task.block.runs.data();
      multiply_run(task, g, run, chunk, weights ? next_weights(task, g, run, chunk) : outputs(task, g, run));
    }
    if (last && (g + 1) * channels_ % lanes_ == 0) transpose_back(task, (g + 1) * channels_ - lanes_);
  }
}

const float* PixelConvKernel::next_weights(const Task& task, std::int64_t group, const PixelRun& run,
                                           int chunk) const {
  const UnitGroup& next = groups_[std::min(group + 1, task.last_group - 1)];
  return next.weights_of(next.units.range(run.outer_class, run.middle_class, chunk));
}

const float* PixelConvKernel::outputs(const Task& task, std::int64_t group, const PixelRun& run) const {
  const Strides to = strides(out_);
  return task.out + group * channels_ / lanes_ * out_.c + run.outer * to.outer + run.middle * to.middle +
         run.column * to.pixel;
}

void PixelConvKernel::multiply_run(const Task& task, std::int64_t group, const PixelRun& run, int chunk,
                                   const float* ahead) const {
  const UnitGroup& g = groups_[group];
  const UnitTable::Range range = g.units.range(run.outer_class, run.middle_class, chunk);
  if (range.count == 0 && chunk > 0) return;
  TileArgs t{};
  t.a = task.v + run.v;
  t.units = g.units.unit(range);
  t.unit_count = range.count;
  t.w = g.weights;
  t.c = sums(task, group * channels_) + run.c;
  t.flags = chunk > 0 ? kLoadPartial : 0;
  t.ahead = ahead;
  call_in_parts(*tiles_[static_cast<std::size_t>(run.vectors - 1)], t, units_per_part(depth_), 1,
                std::int64_t{depth_} * channels_);
}

// One vector of output channels from `oc` on.
void PixelConvKernel::transpose_back(const Task& task, std::int64_t oc) const {
  const Strides to = strides(out_), residual = strides(residual_);
  for (const PixelSegment& segment : task.block.segments) {
    const Pieces& pieces = back_.at(segment.middle_count);
    for (int o = 0; o < segment.outer_count; ++o)
      for (const TileCut::Piece& piece : pieces.cut.pieces) {
        const std::int64_t outer = segment.outer_first + o, middle = segment.middle_first + piece.oh;
        const std::int64_t line = std::int64_t{o} * segment.middle_count + piece.oh;
        PixelLayoutArgs call{
            sums(task, oc) + segment.c + line * plan_.pitch + piece.ow,
            task.out + oc / lanes_ * out_.c + outer * to.outer + middle * to.middle + piece.ow * to.pixel,
            constants().bias.as<float>() + oc, nullptr};
        if (has_residual_)
          call.residual = task.residual + oc / lanes_ * residual_.c + outer * residual.outer +
                          middle * residual.middle + piece.ow * residual.pixel;
        pieces.code[static_cast<std::size_t>(piece.kind)]->call(&call);
      }
  }
}

}  // namespace rt3d::jit
