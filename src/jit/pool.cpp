#include "jit/pool.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "jit/cost.h"
#include "jit/isa_family.h"
#include "jit/window_plan.h"

namespace rt3d::jit {
namespace {

using kernels::ConvShape;
using kernels::Kernel;
using kernels::KernelRequest;
using kernels::Port;
using kernels::Ports;
using kernels::Problem;
using kernels::RunArgs;
using kernels::Schedule;
using kernels::Target;

bool is_global(const Problem& p) { return p.op.starts_with("Global"); }
bool is_max(const Problem& p) { return p.op == "MaxPool" || p.op == "GlobalMaxPool"; }

ConvShape pool_shape(const Problem& p) {
  if (!is_global(p)) return kernels::conv_shape(p);
  const kernels::Dims5 in(p.input_shape(0));
  ConvShape s;
  s.n = in.n;
  s.ic = s.oc = in.c;
  s.id = s.kd = in.d;
  s.ih = s.kh = in.h;
  s.iw = s.kw = in.w;
  return s;
}

// Window positions per output index of one dimension that an average counts: inside the input, or inside the
// padded input.
std::vector<std::int64_t> counted(std::int64_t outputs, std::int64_t stride, std::int64_t front,
                                  std::int64_t back, std::int64_t dilation, std::int64_t kernel,
                                  std::int64_t size, bool include_pad) {
  std::vector<std::int64_t> counts;
  for (std::int64_t o = 0; o < outputs; ++o) {
    const kernels::Taps t = include_pad
                                ? kernels::valid_taps(o, stride, 0, dilation, kernel, size + front + back)
                                : kernels::valid_taps(o, stride, front, dilation, kernel, size);
    counts.push_back(t.last - t.first);
  }
  return counts;
}

class PoolKernel final : public Kernel {
 public:
  explicit PoolKernel(const KernelRequest& r)
      : s_(pool_shape(r.problem)),
        in_(r.inputs[0]),
        out_(r.outputs[0]),
        plan_(r.target.device.isa, s_, in_, out_, nullptr,
              {.op = is_max(r.problem) ? WindowOp::max : WindowOp::sum,
               .activation = kernels::activation_of(r.problem.attributes)},
              r.schedule.get("rows"), 0) {
    const bool include_pad = r.problem.attributes.integer("count_include_pad", 0) != 0;
    const auto pads = r.problem.attributes.integers("pads", {});
    const std::size_t spatial = pads.size() / 2;
    const auto back = [&](std::size_t from_end) {
      return from_end > spatial ? 0 : pads[2 * spatial - from_end];
    };
    counts_[0] = counted(s_.od, s_.sd, s_.pd, back(3), s_.dd, s_.kd, s_.id, include_pad);
    counts_[1] = counted(s_.oh, s_.sh, s_.ph, back(2), s_.dh, s_.kh, s_.ih, include_pad);
    counts_[2] = counted(s_.ow, s_.sw, s_.pw, back(1), s_.dw, s_.kw, s_.iw, include_pad);
  }

  void prepare(std::span<const Tensor* const>, ThreadPool&) override {}

  void run(const RunArgs& args) const override {
    const std::int64_t channel_blocks = kernels::blocks(s_.ic, in_.block);
    const auto scale = [this](std::int64_t od, std::int64_t oh, std::int64_t ow, std::int64_t) {
      const auto at = [](const std::vector<std::int64_t>& v, std::int64_t i) {
        return v[static_cast<std::size_t>(i)];
      };
      return 1.0f / static_cast<float>(at(counts_[0], od) * at(counts_[1], oh) * at(counts_[2], ow));
    };
    args.pool.run(s_.n * channel_blocks * s_.od, [&](std::int64_t task, int) {
      const std::int64_t od = task % s_.od, c = task / s_.od % channel_blocks,
                         n = task / s_.od / channel_blocks;
      WindowArgs w{};
      w.a = kernels::input_f32(args, 0) + n * in_.n + c * in_.c;
      w.c = kernels::output_f32(args, 0) + n * out_.n + c * out_.c;
      for (std::int64_t oh = 0; oh < s_.oh; ++oh) plan_.run_row(w, od, oh, scale);
    });
  }

 private:
  ConvShape s_;
  kernels::Placement in_, out_;
  WindowPlan plan_;
  std::array<std::vector<std::int64_t>, 3> counts_;
};

class PoolWindow final : public IsaFamily {
 public:
  explicit PoolWindow(Isa isa) : IsaFamily("pool.window", 1, isa) {}

  bool computes(const Problem& p) const override {
    constexpr std::array<std::string_view, 4> kOps{"MaxPool", "AveragePool", "GlobalMaxPool",
                                                   "GlobalAveragePool"};
    if (std::find(kOps.begin(), kOps.end(), p.op) == kOps.end()) return false;
    const Shape& x = p.input_shape(0);
    return p.inputs[0].desc.dtype == DType::f32 && !p.inputs[0].constant && x.rank() >= 3 && x.rank() <= 5 &&
           p.outputs.size() == 1 && x.elements() > 0 && p.outputs[0].shape.elements() > 0 &&
           x.elements() < (1 << 28);
  }
  Ports ports(const Problem&, const Target&) const override {
    return {{Port{lanes(), 0, 0}}, {Port{lanes(), 0, 0}}};
  }
  std::vector<Schedule> space(const Problem& p, const Target&) const override {
    const int most = most_window_rows(isa(), kernels::activation_of(p.attributes));
    const auto ow = static_cast<int>(pool_shape(p).ow);
    std::vector<Schedule> space;
    for (int rows : {std::min(ow, most), std::min({ow, most, 8}), std::min({ow, most, 4})})
      if (Schedule schedule{{"rows", rows}}; std::find(space.begin(), space.end(), schedule) == space.end())
        space.push_back(schedule);
    return space;
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = pool_shape(p);
    const double vectors = static_cast<double>(s.n * kernels::blocks(s.ic, lanes()));
    const double pixels = vectors * static_cast<double>(s.od * s.oh * s.ow);
    const double rows = schedule.get("rows");
    const double cycles =
        pixels * static_cast<double>(s.kernel_positions()) * (0.5 + 3 / rows) + pixels / rows * 30;
    const double bytes = vectors * static_cast<double>(s.id * s.ih * s.iw) * lanes() * 4;
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, bytes, bytes)),
                       vectors * static_cast<double>(s.od), target);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<PoolKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& pool_window(Isa isa) { return per_isa<PoolWindow>(isa); }

}  // namespace rt3d::jit
