#include "jit/rows/pool.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "jit/family/estimate.h"
#include "jit/family/isa_family.h"
#include "jit/rows/code.h"
#include "kernels/pool_window.h"

namespace rt3d::jit {
namespace {

using kernels::ConvShape;

RowShape pool_row_shape(const Problem& p, const ConvShape& s, Isa isa) {
  RowShape shape;
  shape.op = kernels::is_average_pool(p) ? RowOp::sum : RowOp::max;
  shape.kw = static_cast<int>(s.kw);
  shape.sw = static_cast<int>(s.sw);
  shape.dw = static_cast<int>(s.dw);
  shape.pixel = isa_lanes(isa) * 4;
  shape.activation = kernels::activation_of(p.attributes);
  return shape;
}

// The factors of an average: one where all windows count alike, else one per output position.
std::vector<float> average_scales(const Problem& p, const ConvShape& s) {
  const auto [d, h, w] = kernels::counted_positions(p, s);
  const auto alike = [](const std::vector<std::int64_t>& v) {
    return std::adjacent_find(v.begin(), v.end(), std::not_equal_to<>()) == v.end();
  };
  if (alike(d) && alike(h) && alike(w)) return {1.0f / static_cast<float>(d[0] * h[0] * w[0])};
  std::vector<float> scales;
  scales.reserve(d.size() * h.size() * w.size());
  for (std::int64_t nd : d)
    for (std::int64_t nh : h)
      for (std::int64_t nw : w) scales.push_back(1.0f / static_cast<float>(nd * nh * nw));
  return scales;
}

class PoolKernel final : public Kernel {
 public:
  explicit PoolKernel(const KernelRequest& r)
      : s_(kernels::pool_shape(r.problem)),
        in_(r.inputs[0]),
        out_(r.outputs[0]),
        scales_(average_scales(r.problem, s_)),
        plan_(plan(r)) {}

  void prepare(std::span<const Tensor* const>, ThreadPool&) override {}

  void run(const RunArgs& args) const override {
    const std::int64_t channel_blocks = kernels::blocks(s_.ic, in_.block);
    args.pool.run(s_.n * channel_blocks * s_.od, [&](std::int64_t task, int) {
      const std::int64_t od = task % s_.od, c = task / s_.od % channel_blocks,
                         n = task / s_.od / channel_blocks;
      RowArgs w{};
      w.a = kernels::input_f32(args, 0) + n * in_.n + c * in_.c;
      w.c = kernels::output_f32(args, 0) + n * out_.n + c * out_.c;
      w.scales = scales_.data();
      plan_.run(w, od, 0, s_.oh, scales_.size() > 1);
    });
  }

 private:
  RowPlan plan(const KernelRequest& r) const {
    RowShape shape = pool_row_shape(r.problem, s_, r.target.device.isa);
    shape.a_row = static_cast<std::int32_t>(s_.sh * in_.h * 4);
    shape.c_row = static_cast<std::int32_t>(out_.h * 4);
    const bool scale_per_pixel = shape.op == RowOp::sum && scales_.size() > 1;
    shape.scale = scale_per_pixel ? 4 : 0;
    return {s_,
            in_,
            out_,
            nullptr,
            RowCut(s_, r.schedule.get("cols")),
            0,
            scale_per_pixel,
            [&](const RowPiece& piece) {
              shape.piece = piece;
              return row(r.target.device.isa, shape);
            }};
  }

  ConvShape s_;
  kernels::Placement in_, out_;
  std::vector<float> scales_;
  RowPlan plan_;
};

class PoolWindow final : public IsaFamily {
 public:
  explicit PoolWindow(Isa isa) : IsaFamily("pool.window", 3, isa) {}

  bool computes(const Problem& p) const override {
    if (!kernels::is_pool(p) || p.inputs.size() != 1) return false;
    const Shape& x = p.input_shape(0);
    if (p.inputs[0].desc.dtype != DType::f32 || p.inputs[0].constant || x.rank() < 3 || x.rank() > 5 ||
        x.elements() <= 0 || p.outputs[0].shape.elements() <= 0 || !rows_reach(p, lanes()))
      return false;
    const ConvShape s = kernels::pool_shape(p);
    return s.kw <= kMostRowTaps && s.dw < (1 << 16) && s.sw < (1 << 16);
  }
  Ports ports(const Problem&, const Target&) const override {
    return {{Port{lanes(), 0, 0}}, {Port{lanes(), 0, 0}}};
  }
  kernels::Tunables tunables(const Problem& p, const Target&) const override {
    const ConvShape s = kernels::pool_shape(p);
    const int most = most_row_cols(isa(), pool_row_shape(p, s, isa()));
    const auto ow = static_cast<int>(std::min<std::int64_t>(s.ow, 64));
    std::vector<int> all;
    for (int cols : {most, 14, 8, 4})
      if (const int c = std::min({ow, most, cols}); std::find(all.begin(), all.end(), c) == all.end())
        all.push_back(c);
    kernels::Tunables tunables({"cols"});
    tunables.decide("cols", all);
    return tunables;
  }
  // Per piece and row: one load per column and unit, two a cycle; then the columns of each pixel and its store. On x86-64 a maximum
  // that keeps NaN takes two or three instructions, one a cycle.
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = kernels::pool_shape(p);
    const double vectors = static_cast<double>(s.n * kernels::blocks(s.ic, lanes()));
    const double each = !kernels::is_average_pool(p) && isa() != Isa::neon ? 1 : 0.5;
    double cycles = 0;
    for (const RowPiece& piece : RowCut(s, schedule.get("cols")).kind)
      cycles += static_cast<double>(s.kd * s.kh) * (each * (piece.high - piece.low) + 2) +
                piece.cols * (each * static_cast<double>(s.kw) + 1) + 20;
    cycles *= vectors * static_cast<double>(s.od * s.oh);
    const double bytes = vectors * static_cast<double>(s.id * s.ih * s.iw + s.od * s.oh * s.ow) * lanes() * 4;
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, bytes, bytes)),
                       vectors * static_cast<double>(s.od), target);
  }
  // A vector for every column of a piece, of every kernel row and plane inside the image; and the stores.
  kernels::Work least_work(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = kernels::pool_shape(p);
    std::int64_t columns = 0;
    RowShape shape = pool_row_shape(p, s, isa());
    for (const RowPiece& piece : RowCut(s, schedule.get("cols")).kind) {
      shape.piece = piece;
      columns += columns_loaded(shape);
    }
    const std::int64_t loads = kernels::taps_met(s.od, s.sd, s.pd, s.dd, s.kd, s.id) *
                               kernels::taps_met(s.oh, s.sh, s.ph, s.dh, s.kh, s.ih) * columns;
    const std::int64_t vectors = s.n * kernels::blocks(s.ic, lanes()) * (loads + s.od * s.oh * s.ow);
    return {.multiply_adds = 0, .bytes = static_cast<double>(vectors * lanes() * 4)};
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<PoolKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& pool_window(Isa isa) { return per_isa<PoolWindow>(isa); }

}  // namespace rt3d::jit
