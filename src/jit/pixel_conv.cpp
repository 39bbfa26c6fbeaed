#include "jit/pixel_conv.h"

#include <utility>

#include "jit/conv_schedule.h"
#include "jit/packing.h"
#include "jit/pixel_layout.h"
#include "jit/pixel_tile.h"

namespace rt3d::jit {

using kernels::blocks;
using kernels::ConvShape;
using kernels::Pattern;

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
      vectors_(r.schedule.get("vectors")),
      oc_blocks_(r.schedule.get("oc_blocks")),
      tiles_outside_(r.schedule.get("tiles_outside") != 0),

      depth_(sparse_depth(kernels::sparsity_of(r.problem)->gn, lanes_)) {
  for (int v = 1; v <= vectors_; ++v)
    tiles_.push_back(pixel_tile(isa_, {v, channels_, depth_, static_cast<std::int32_t>(plan_.v_channel * 4),
                                       static_cast<std::int32_t>(plan_.c_channel * 4)}));
  for (const PixelBlock& block : plan_.blocks) {
    for (const PixelAxis::Phase& phase : plan_.middle.phases)
      make_pieces(there_, middle_lines(block, phase).count, true);
    for (const PixelSegment& segment : block.segments) make_pieces(back_, segment.middle_count, false);
  }
}

void PixelConvKernel::make_pieces(std::map<int, Pieces>& pieces, int lines, bool there) {
  if (lines == 0) return;
  const auto columns = static_cast<int>(there ? plan_.pitch : plan_.s.ow);
  // Where there are gaps between lines, a piece lies within one.
  const int most = !there && plan_.gaps ? std::min(lanes_, 2 * columns - 1) : lanes_;
  const auto [it, fresh] = pieces.try_emplace(lines, Pieces{TileCut(lines, columns, most), {}});
  if (!fresh) return;
  const Strides from = strides(there ? in_ : out_), residual = strides(residual_);
  const std::int64_t y_step = from.middle * (there ? plan_.middle.stride : 1),
                     x_step = from.pixel * (there ? plan_.s.sw : 1);
  for (const TileCut::Kind& kind : it->second.cut.kinds) {
    PixelLayoutShape shape;
    shape.channel = static_cast<std::int32_t>((there ? plan_.v_channel : plan_.c_channel) * 4);
    shape.has_residual = !there && has_residual_;
    if (!there) shape.activation = activation_;
    // The line after the next comes from afar unless it is asked for early.
    if (there)
      shape.ahead =
          static_cast<std::int32_t>((plan_.middle.lines > 1 ? y_step : from.outer * plan_.outer.stride) * 4);

    for (int y = 0; y < kind.h; ++y)
      for (int x = 0; x < kind.w; ++x) {
        shape.pixels.push_back(static_cast<std::int32_t>((y * y_step + x * x_step) * 4));
        if (shape.has_residual)
          shape.residual_pixels.push_back(
              static_cast<std::int32_t>((y * residual.middle + x * residual.pixel) * 4));
      }
    it->second.code.push_back(there ? to_pixels(isa_, shape) : from_pixels(isa_, shape));
  }
}

// Calls body(first input channel, position) for the units of a group that are kept, in the order in which they are multiplied:
// neighbours read the same lines.
template <typename Body>
void PixelConvKernel::each_unit(const Pattern& pattern, std::int64_t group, Body&& body) const {
  if (group >= pattern.oc_groups()) return;
  for (std::int64_t i = 0; i < pattern.ic_groups(); ++i)
    for (std::int64_t position = 0; position < pattern.positions(); ++position)
      if (pattern.kept(group, i, position)) body(i * depth_, position);
}

std::vector<std::vector<KernelUnit>> PixelConvKernel::units(const Pattern& pattern, std::int64_t group,
                                                            std::int64_t& bytes) const {
  const ConvShape& s = plan_.s;
  std::vector<std::vector<KernelUnit>> all(static_cast<std::size_t>(chunks()));
  each_unit(pattern, group, [&](std::int64_t ic, std::int64_t position) {
    int outer = static_cast<int>(position / (s.kh * s.kw)), middle = static_cast<int>(position / s.kw % s.kh);
    if (plan_.rows_outside) std::swap(outer, middle);
    const std::int64_t a =
        plan_.v_offset(ic % plan_.chunk_channels, outer, middle, static_cast<int>(position % s.kw));
    all[static_cast<std::size_t>(ic / plan_.chunk_channels)].push_back(
        {outer, middle, {static_cast<std::int32_t>(a * 4), static_cast<std::int32_t>(bytes)}});
    bytes += std::int64_t{depth_} * channels_ * 4;
  });
  return all;
}

void PixelConvKernel::prepare(std::span<const Tensor* const> constants, ThreadPool& pool) {
  const ConvShape& s = plan_.s;
  const Tensor w = constants[1]->aligned_copy();
  const Pattern pattern = kernels::pattern_of(w, channels_, depth_, &pool);
  const std::int64_t padded = blocks(s.oc, lanes_) * lanes_, positions = s.kernel_positions();
  bias_ = padded_bias(constants, 2, padded);
  std::size_t floats = 0;
  groups_.reserve(static_cast<std::size_t>(padded / channels_));
  for (std::int64_t group = 0; group < padded / channels_; ++group) {
    std::int64_t bytes = 0;
    groups_.push_back(
        {UnitTable(plan_.outer.classes, plan_.middle.classes, units(pattern, group, bytes)), floats});
    floats += static_cast<std::size_t>(bytes / 4);
  }
  weights_ = Buffer::zeroed(floats * sizeof(float));
  const float* source = w.values<float>().data();
  pool.run(pattern.oc_groups(), [&](std::int64_t group, int) {  // [unit][depth][channels]
    float* to = weights_.as<float>() + groups_[static_cast<std::size_t>(group)].weights;
    const std::int64_t first = group * channels_, count = std::min<std::int64_t>(channels_, s.oc - first);
    each_unit(pattern, group, [&](std::int64_t ic, std::int64_t position) {
      for (std::int64_t k = 0; k < std::min<std::int64_t>(depth_, s.ic - ic); ++k)
        for (std::int64_t m = 0; m < count; ++m)
          to[k * channels_ + m] = source[((first + m) * s.ic + ic + k) * positions + position];
      to += std::int64_t{depth_} * channels_;
    });
  });
}

void PixelConvKernel::run(const RunArgs& args) const {
  const auto spatial = static_cast<std::int64_t>(plan_.blocks.size());
  const std::int64_t all_groups = static_cast<std::int64_t>(groups_.size()),
                     per_task = std::int64_t{oc_blocks_} * lanes_ / channels_;
  const std::int64_t parts = (all_groups + per_task - 1) / per_task;
  args.pool.run(plan_.s.n * spatial * parts, [&](std::int64_t i, int worker) {
    const std::int64_t n = i / spatial % plan_.s.n, part = i / spatial / plan_.s.n;
    float* scratch = reinterpret_cast<float*>(args.scratch) + worker * worker_floats();
    const Task task{kernels::input_f32(args, 0) + n * in_.n,
                    has_residual_ ? kernels::input_f32(args, 3) + n * residual_.n : nullptr,
                    kernels::output_f32(args, 0) + n * out_.n,
                    scratch,
                    scratch + v_floats(),
                    plan_.blocks[static_cast<std::size_t>(i % spatial)],
                    part * per_task,
                    std::min(all_groups, (part + 1) * per_task)};
    for (int chunk = 0; chunk < chunks(); ++chunk) {
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
        const Lines lines = middle_lines(task.block, m);
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
  const bool last = chunk + 1 == chunks();
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
  const Group& next = groups_[static_cast<std::size_t>(std::min(group + 1, task.last_group - 1))];
  const UnitTable::Range range = next.units.range(run.outer_class, run.middle_class, chunk);
  return weights_.as<float>() + next.weights + (range.count > 0 ? next.units.unit(range)->w / 4 : 0);
}

const float* PixelConvKernel::outputs(const Task& task, std::int64_t group, const PixelRun& run) const {
  const Strides to = strides(out_);
  return task.out + group * channels_ / lanes_ * out_.c + run.outer * to.outer + run.middle * to.middle +
         run.column * to.pixel;
}

void PixelConvKernel::multiply_run(const Task& task, std::int64_t group, const PixelRun& run, int chunk,
                                   const float* ahead) const {
  const Group& g = groups_[static_cast<std::size_t>(group)];
  const UnitTable::Range range = g.units.range(run.outer_class, run.middle_class, chunk);
  if (range.count == 0 && chunk > 0) return;
  TileArgs t{};
  t.a = task.v + run.v;
  t.units = g.units.unit(range);
  t.unit_count = range.count;
  t.w = weights_.as<float>() + g.weights;
  t.c = sums(task, group * channels_) + run.c;
  t.flags = chunk > 0 ? kLoadPartial : 0;
  t.ahead = ahead;
  tiles_[static_cast<std::size_t>(run.vectors - 1)]->call(&t);
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
            bias_.as<float>() + oc, nullptr};
        if (has_residual_)
          call.residual = task.residual + oc / lanes_ * residual_.c + outer * residual.outer +
                          middle * residual.middle + piece.ow * residual.pixel;
        pieces.code[static_cast<std::size_t>(piece.kind)]->call(&call);
      }
  }
}

}  // namespace rt3d::jit
