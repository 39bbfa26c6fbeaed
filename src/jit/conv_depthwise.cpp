#include "jit/conv_depthwise.h"

#include <algorithm>

#include "base/buffer.h"
#include "base/error.h"
#include "jit/conv_plan.h"
#include "jit/cost.h"
#include "jit/isa_family.h"
#include "jit/packing.h"
#include "jit/window_plan.h"

namespace rt3d::jit {
namespace {

using kernels::ConvShape;
using kernels::Kernel;
using kernels::KernelRequest;
using kernels::Placement;
using kernels::Port;
using kernels::Ports;
using kernels::Problem;
using kernels::RunArgs;
using kernels::Schedule;
using kernels::Target;

class DepthwiseKernel final : public Kernel {
 public:
  explicit DepthwiseKernel(const KernelRequest& r)
      : lanes_(isa_lanes(r.target.device.isa)),
        s_(kernels::conv_shape(r.problem)),
        in_(r.inputs[0]),
        out_(r.outputs[0]),
        has_residual_(r.problem.has_input(3)),
        residual_(has_residual_ ? r.inputs[3] : Placement{}),
        plan_(r.target.device.isa, s_, in_, out_, has_residual_ ? &residual_ : nullptr,
              {.op = WindowOp::weighted, .activation = kernels::activation_of(r.problem.attributes)},
              r.schedule.get("rows"), lanes_ * 4) {}

  // Weights as [channel block][kernel position][lanes].
  void prepare(std::span<const Tensor* const> constants, ThreadPool&) override {
    const auto padded = static_cast<std::size_t>(kernels::blocks(s_.ic, lanes_) * lanes_);
    const auto positions = static_cast<std::size_t>(s_.kernel_positions());
    weights_ = Buffer::zeroed(padded * positions * 4);
    bias_ = padded_bias(constants, 2, kernels::blocks(s_.oc, lanes_) * lanes_);
    const Tensor w = constants[1]->aligned_copy();
    const auto lanes = static_cast<std::size_t>(lanes_);
    for (std::size_t c = 0; c < static_cast<std::size_t>(s_.ic); ++c)
      for (std::size_t k = 0; k < positions; ++k)
        weights_.as<float>()[(c / lanes * positions + k) * lanes + c % lanes] =
            w.values<float>()[c * positions + k];
  }
  std::size_t packed_bytes() const override { return weights_.bytes() + bias_.bytes(); }

  void run(const RunArgs& args) const override {
    const std::int64_t channel_blocks = kernels::blocks(s_.ic, lanes_);
    const auto no_scale = [](std::int64_t, std::int64_t, std::int64_t, std::int64_t) { return 1.0f; };
    args.pool.run(s_.n * channel_blocks * s_.od, [&](std::int64_t task, int) {
      const std::int64_t od = task % s_.od, c = task / s_.od % channel_blocks,
                         n = task / s_.od / channel_blocks;
      WindowArgs w{};
      w.a = kernels::input_f32(args, 0) + n * in_.n + c * in_.c;
      w.c = kernels::output_f32(args, 0) + n * out_.n + c * out_.c;
      w.w = weights_.as<float>() + c * s_.kernel_positions() * lanes_;
      w.bias = bias_.as<float>() + c * lanes_;
      if (has_residual_) w.residual = kernels::input_f32(args, 3) + n * residual_.n + c * residual_.c;
      for (std::int64_t oh = 0; oh < s_.oh; ++oh) plan_.run_row(w, od, oh, no_scale);
    });
  }

 private:
  int lanes_;
  ConvShape s_;
  Placement in_, out_;
  bool has_residual_;
  Placement residual_;
  WindowPlan plan_;
  Buffer weights_, bias_;
};

class ConvDepthwise final : public IsaFamily {
 public:
  explicit ConvDepthwise(Isa isa) : IsaFamily("conv.depthwise", 1, isa) {}

  bool computes(const Problem& p) const override {
    if (!is_plain_conv(p)) return false;
    const ConvShape s = kernels::conv_shape(p);
    return s.g == s.ic && s.g == s.oc && s.ic * s.id * s.ih * s.iw < (1 << 28);
  }
  Ports ports(const Problem& p, const Target&) const override {
    const Port blocked{lanes(), 0, 0};
    Ports ports{std::vector<Port>(p.inputs.size()), {blocked}};
    ports.inputs[0] = blocked;
    if (p.has_input(3)) ports.inputs[3] = blocked;
    return ports;
  }
  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    const int most = most_window_rows(isa(), kernels::activation_of(p.attributes));
    const auto ow = static_cast<int>(std::min<std::int64_t>(kernels::conv_shape(p).ow, 64));
    std::vector<Schedule> space;
    for (int rows :
         {std::min(ow, most), std::min({ow, most, 14}), std::min({ow, most, 8}), std::min({ow, most, 6})})
      if (Schedule schedule{{"rows", rows}}; std::find(space.begin(), space.end(), schedule) == space.end())
        space.push_back(schedule);
    sort_by_estimate(space, [&](const Schedule& s) { return estimate_ns(p, s, target); });
    return space;
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = kernels::conv_shape(p);
    const double vectors = static_cast<double>(s.n * kernels::blocks(s.ic, lanes()));
    const double pixels = vectors * static_cast<double>(s.od * s.oh * s.ow);
    const double calls = std::ceil(static_cast<double>(s.ow) / schedule.get("rows")) + (s.pw > 0 ? 2.0 : 0.0);
    const double rows = static_cast<double>(s.ow) / calls;
    const double cycles =
        pixels * static_cast<double>(s.kernel_positions()) * (std::max(0.5, 4 / rows) + 2 / rows) +
        pixels / rows * 30;
    const double bytes = vectors * static_cast<double>(s.id * s.ih * s.iw) * lanes() * 4;
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, bytes, bytes)),
                       vectors * static_cast<double>(s.od), target);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<DepthwiseKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& conv_depthwise(Isa isa) { return per_isa<ConvDepthwise>(isa); }

}  // namespace rt3d::jit
