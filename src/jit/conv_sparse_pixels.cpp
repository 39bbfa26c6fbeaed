#include "jit/conv_sparse_pixels.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/buffer.h"
#include "jit/conv_schedule.h"
#include "jit/conv_tiles.h"
#include "jit/packing.h"
#include "jit/pixel_layout.h"
#include "jit/pixel_plan.h"
#include "jit/pixel_schedule.h"
#include "jit/pixel_tile.h"

namespace rt3d::jit {
namespace {

using kernels::blocks;
using kernels::ConvShape;
using kernels::Pattern;
using kernels::Sparsity;

using CodePtr = std::shared_ptr<const Code>;

// Strides of an operand along a plan's axes, in floats.
struct Strides {
  std::int64_t outer, middle, pixel;
};

// The pieces of some lines of a plan's columns, and their code by kind.
struct Pieces {
  TileCut cut;
  std::vector<CodePtr> code;
};

class ConvSparsePixelsKernel final : public Kernel {
 public:
  explicit ConvSparsePixelsKernel(const KernelRequest& r)
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

  void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) override;
  std::size_t packed_bytes() const override {
    std::size_t bytes = weights_.bytes() + bias_.bytes();
    for (const Group& group : groups_) bytes += group.units.bytes();
    return bytes;
  }
  std::size_t scratch_bytes() const override {
    return static_cast<std::size_t>(threads_) * static_cast<std::size_t>(worker_floats()) * 4;
  }
  void run(const RunArgs& args) const override;

 private:
  // `channels` output channels: their units, and where their weights start. Behind the last channel groups are empty.
  struct Group {
    UnitTable units;
    std::size_t weights;
  };
  struct Task {
    const float* in;
    const float* residual;
    float* out;
    float *v, *c;
    const PixelBlock& block;
    std::int64_t first_group, last_group;
  };

  Strides strides(const Placement& p) const {
    return plan_.rows_outside ? Strides{p.h, p.d, p.block} : Strides{p.d, p.h, p.block};
  }
  std::int64_t v_floats() const { return kernels::odd_lines(plan_.v_floats); }
  std::int64_t worker_floats() const {
    return v_floats() + std::int64_t{oc_blocks_} * lanes_ * plan_.c_channel;
  }
  int chunks() const {
    return static_cast<int>((plan_.s.ic + plan_.chunk_channels - 1) / plan_.chunk_channels);
  }

  // The middle lines of a phase that a block reads: all, with rows from the halo; of planes those that there are.
  struct Lines {
    int first, count;
    int input;  // position of the first
  };
  Lines middle_lines(const PixelBlock& block, const PixelAxis::Phase& phase) const {
    const PixelAxis& m = plan_.middle;
    const int input = block.middle_first * m.stride - m.pad + phase.at, all = block.middle_count + phase.more;
    if (!plan_.rows_outside) return {0, all, input};
    const int first = input >= 0 ? 0 : (-input + m.stride - 1) / m.stride;
    const int end = input >= m.in ? 0 : std::min(all, (m.in - 1 - input) / m.stride + 1);
    return {first, std::max(0, end - first), input + first * m.stride};
  }

  void make_pieces(std::map<int, Pieces>& pieces, int lines, bool there);
  template <typename Body>
  void each_unit(const Pattern& pattern, std::int64_t group, Body&& body) const;
  std::vector<std::vector<KernelUnit>> units(const Pattern& pattern, std::int64_t group,
                                             std::int64_t& bytes) const;

  void repack(const Task& task, int chunk) const;
  void repack_lines(const Task& task, const float* in, float* v) const;
  void multiply(const Task& task, int chunk) const;
  void multiply_run(const Task& task, std::int64_t group, const PixelRun& run, int chunk,
                    bool look_ahead) const;
  void transpose_back(const Task& task) const;

  Isa isa_;
  int lanes_, threads_;
  bool has_residual_;
  Placement in_, out_, residual_;
  kernels::Activation activation_;
  PixelPlan plan_;
  int channels_, vectors_, oc_blocks_;
  bool tiles_outside_;

  int depth_;
  std::vector<CodePtr> tiles_;          // by vectors, from 1
  std::map<int, Pieces> there_, back_;  // by lines
  std::vector<Group> groups_;
  Buffer weights_, bias_;
};

void ConvSparsePixelsKernel::make_pieces(std::map<int, Pieces>& pieces, int lines, bool there) {
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
void ConvSparsePixelsKernel::each_unit(const Pattern& pattern, std::int64_t group, Body&& body) const {
  if (group >= pattern.oc_groups()) return;
  for (std::int64_t i = 0; i < pattern.ic_groups(); ++i)
    for (std::int64_t position = 0; position < pattern.positions(); ++position)
      if (pattern.kept(group, i, position)) body(i * depth_, position);
}

std::vector<std::vector<KernelUnit>> ConvSparsePixelsKernel::units(const Pattern& pattern, std::int64_t group,
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

void ConvSparsePixelsKernel::prepare(std::span<const Tensor* const> constants, ThreadPool& pool) {
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

void ConvSparsePixelsKernel::run(const RunArgs& args) const {
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
    transpose_back(task);
  });
}

void ConvSparsePixelsKernel::repack(const Task& task, int chunk) const {
  const ConvShape& s = plan_.s;
  const std::int64_t first = chunk * plan_.chunk_channels, end = std::min(s.ic, first + plan_.chunk_channels);
  for (std::int64_t ic = first; ic < end; ic += lanes_)
    for (std::int64_t copy = 0; copy < plan_.copies; ++copy)
      repack_lines(task, task.in + ic / lanes_ * in_.c + (copy * s.dw - s.pw) * in_.block,
                   task.v + copy * plan_.v_copy + (ic - first) * plan_.v_channel);
}

// One block of channels for one kernel column, or for all. What a piece writes behind its pixels the next one overwrites: addresses ascend.
void ConvSparsePixelsKernel::repack_lines(const Task& task, const float* in, float* v) const {
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

void ConvSparsePixelsKernel::multiply(const Task& task, int chunk) const {
  if (tiles_outside_) {
    for (const PixelRun& run : task.block.runs)
      for (std::int64_t g = task.first_group; g < task.last_group; ++g)
        multiply_run(task, g, run, chunk, true);
    return;
  }
  for (std::int64_t g = task.first_group; g < task.last_group; ++g)
    for (const PixelRun& run : task.block.runs)
      multiply_run(task, g, run, chunk, &run == task.block.runs.data());
}

void ConvSparsePixelsKernel::multiply_run(const Task& task, std::int64_t group, const PixelRun& run,
                                          int chunk, bool look_ahead) const {
  const Group& here = groups_[static_cast<std::size_t>(group)];
  const Group& next =
      groups_[static_cast<std::size_t>(look_ahead && group + 1 < task.last_group ? group + 1 : group)];
  const UnitTable::Range range = here.units.range(run.outer_class, run.middle_class, chunk);
  if (range.count == 0 && chunk > 0) return;
  const UnitTable::Range next_range = next.units.range(run.outer_class, run.middle_class, chunk);
  PixelTileArgs call{task.v + run.v,
                     here.units.unit(range),
                     range.count,
                     weights_.as<float>() + here.weights,
                     task.c + (group - task.first_group) * channels_ * plan_.c_channel + run.c,
                     chunk > 0 ? kLoadPartial : 0,
                     weights_.as<float>() + next.weights};
  if (next_range.count > 0) call.ahead += next.units.unit(next_range)->w / 4;
  tiles_[static_cast<std::size_t>(run.vectors - 1)]->call(&call);
}

void ConvSparsePixelsKernel::transpose_back(const Task& task) const {
  const Strides to = strides(out_), residual = strides(residual_);
  for (std::int64_t oc = task.first_group * channels_; oc < task.last_group * channels_; oc += lanes_) {
    const float* c = task.c + (oc - task.first_group * channels_) * plan_.c_channel;
    for (const PixelSegment& segment : task.block.segments) {
      const Pieces& pieces = back_.at(segment.middle_count);
      for (int o = 0; o < segment.outer_count; ++o)
        for (const TileCut::Piece& piece : pieces.cut.pieces) {
          const std::int64_t outer = segment.outer_first + o, middle = segment.middle_first + piece.oh;
          const std::int64_t from =
              segment.c + (std::int64_t{o} * segment.middle_count + piece.oh) * plan_.pitch + piece.ow;
          PixelLayoutArgs call{
              c + from,
              task.out + oc / lanes_ * out_.c + outer * to.outer + middle * to.middle + piece.ow * to.pixel,
              bias_.as<float>() + oc, nullptr};
          if (has_residual_)
            call.residual = task.residual + oc / lanes_ * residual_.c + outer * residual.outer +
                            middle * residual.middle + piece.ow * residual.pixel;
          pieces.code[static_cast<std::size_t>(piece.kind)]->call(&call);
        }
    }
  }
}

class ConvSparsePixels final : public IsaFamily {
 public:
  explicit ConvSparsePixels(Isa isa) : IsaFamily("conv.sparse_pixels", 1, isa) {}

  bool computes(const Problem& p) const override {
    const auto sparsity = kernels::sparsity_of(p);
    if (!sparsity || sparsity->gm % 4 != 0 || sparsity->gm > 16 || isa() == Isa::neon || !tiles_reach(p))
      return false;
    const ConvShape s = kernels::conv_shape(p);
    return s.g == 1 && input_block(s, lanes()) == lanes();
  }
  Ports ports(const Problem& p, const Target&) const override { return conv_tiles_ports(p, lanes()); }
  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    return pixel_space(kernels::conv_shape(p), *kernels::sparsity_of(p), target);
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return pixel_estimate_ns(kernels::conv_shape(p), *kernels::sparsity_of(p), schedule, target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const Sparsity sparsity = *kernels::sparsity_of(p);
    const ConvShape s = kernels::conv_shape(p);
    const std::int64_t channels = schedule.get("channels"), depth = sparse_depth(sparsity.gn, lanes());
    const std::int64_t units = blocks(s.oc, static_cast<int>(channels)) *
                               blocks(s.ic, static_cast<int>(depth)) * s.kernel_positions() *
                               sparsity.kept_percent / 100;
    // Most layers have three classes of planes and of rows.
    return units * (depth * channels * 4 + 9 * static_cast<std::int64_t>(sizeof(Unit))) +
           (s.oc + lanes()) * 4;
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<ConvSparsePixelsKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& conv_sparse_pixels(Isa isa) { return per_isa<ConvSparsePixels>(isa); }

}  // namespace rt3d::jit
