#include "jit/rows/conv.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "jit/asm/activation.h"
#include "jit/conv/geometry.h"
#include "jit/family/estimate.h"
#include "jit/family/isa_family.h"
#include "jit/rows/code.h"
#include "jit/tile/packing.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {
namespace {

using kernels::ConvShape;

RowShape conv_row_shape(const ConvShape& s, Isa isa, const kernels::Activation& activation) {
  RowShape shape;
  shape.group = static_cast<int>(s.ic / s.g);
  shape.kw = static_cast<int>(s.kw);
  shape.sw = static_cast<int>(s.sw);
  shape.dw = static_cast<int>(s.dw);
  shape.pixel = isa_lanes(isa) * 4;
  shape.activation = activation;
  return shape;
}

RowPlan row_plan(const KernelRequest& r, const ConvShape& s, bool has_residual) {
  const Isa isa = r.target.device.isa;
  const Placement &in = r.inputs[0], &out = r.outputs[0];
  RowShape shape = conv_row_shape(s, isa, kernels::activation_of(r.problem.attributes));
  shape.a_row = static_cast<std::int32_t>(s.sh * in.h * 4);
  shape.c_row = static_cast<std::int32_t>(out.h * 4);
  shape.has_residual = has_residual;
  return {s,
          in,
          out,
          has_residual ? &r.inputs[3] : nullptr,
          RowCut(s, r.schedule.get("cols")),
          s.ic / s.g * s.kw * isa_lanes(isa) * 4,
          has_residual,
          [&](const RowPiece& piece) {
            shape.piece = piece;
            return row(isa, shape);
          }};
}

class RowConvKernel final : public kernels::PackingKernel<PackedWeights> {
 public:
  explicit RowConvKernel(const KernelRequest& r)
      : lanes_(isa_lanes(r.target.device.isa)),
        s_(kernels::conv_shape(r.problem)),
        in_(r.inputs[0]),
        out_(r.outputs[0]),
        has_residual_(r.problem.has_input(3)),
        residual_(has_residual_ ? r.inputs[3] : Placement{}),
        band_(r.schedule.get("band")),
        planes_(r.schedule.get("planes")),
        plan_(row_plan(r, s_, has_residual_)) {}

  std::string packing_key() const override {
    return cat("rows ", s_.oc, " of ", s_.ic / s_.g, 'x', s_.kd, 'x', s_.kh, 'x', s_.kw, " lanes", lanes_);
  }

  void run(const RunArgs& args) const override {
    const std::int64_t channel_blocks = kernels::blocks(s_.ic, lanes_);
    const std::int64_t bands = (s_.oh + band_ - 1) / band_, depths = (s_.od + planes_ - 1) / planes_;
    args.pool.run(s_.n * channel_blocks * depths * bands, [&](std::int64_t task, int) {
      const std::int64_t band = task % bands, depth = task / bands % depths,
                         c = task / bands / depths % channel_blocks,
                         n = task / bands / depths / channel_blocks;
      RowArgs w{};
      w.a = kernels::input_f32(args, 0) + n * in_.n + c * in_.c;
      w.c = kernels::output_f32(args, 0) + n * out_.n + c * out_.c;
      w.w = constants().weights.as<float>() + c * s_.kernel_positions() * (s_.ic / s_.g) * lanes_;
      w.bias = constants().bias.as<float>() + c * lanes_;
      if (has_residual_) w.residual = kernels::input_f32(args, 3) + n * residual_.n + c * residual_.c;
      const std::int64_t last = std::min(s_.od, (depth + 1) * planes_);
      for (std::int64_t od = depth * planes_; od < last; ++od)
        plan_.run(w, od, band * band_, std::min(s_.oh, (band + 1) * band_));
    });
  }

 private:
  // Weights as [channel block][kd, kh][channel of the group][kw][lanes].
  PackedWeights pack(std::span<const Tensor* const> constants, ThreadPool&) const override {
    const auto lanes = static_cast<std::size_t>(lanes_), group = static_cast<std::size_t>(s_.ic / s_.g),
               kw = static_cast<std::size_t>(s_.kw), kernel_rows = static_cast<std::size_t>(s_.kd * s_.kh);
    const auto padded = static_cast<std::size_t>(kernels::blocks(s_.ic, lanes_)) * lanes;
    PackedWeights packed{Buffer::zeroed(padded * kernel_rows * group * kw * 4),
                         padded_bias(constants, 2, kernels::blocks(s_.oc, lanes_) * lanes_)};
    const Tensor w = constants[1]->aligned_copy();
    const float* from = w.values<float>().data();  // [channel][channel of the group][kd, kh][kw]
    float* to = packed.weights.as<float>();
    for (std::size_t c = 0; c < static_cast<std::size_t>(s_.oc); ++c)
      for (std::size_t j = 0; j < group; ++j)
        for (std::size_t row = 0; row < kernel_rows; ++row)
          for (std::size_t k = 0; k < kw; ++k)
            to[(((c / lanes * kernel_rows + row) * group + j) * kw + k) * lanes + c % lanes] = *from++;
    return packed;
  }

  int lanes_;
  ConvShape s_;
  Placement in_, out_;
  bool has_residual_;
  Placement residual_;
  std::int64_t band_, planes_;
  RowPlan plan_;
};

// Work of one output row of one channel block in cycles: multiplications at two per cycle unless an accumulator
// waits for itself or loads are in the way; per piece and row the start, the activation and the stores.
double row_cycles(const ConvShape& s, int cols, double units, const kernels::Activation& activation) {
  constexpr double kLatency = 4;
  const double finish = 1 + 3 * activation_scratch(activation.act);
  const std::int64_t channels = s.ic / s.g;
  const auto group = static_cast<double>(channels);
  double cycles = 0;
  for (const RowPiece& piece : RowCut(s, cols).kind) {
    const double fma = piece.cols * static_cast<double>(s.kw);
    const double loads = static_cast<double>(s.kw) + (s.kw > 1 ? piece.high - piece.low : fma);
    cycles += units * (group * std::max({fma / 2, loads / 2, kLatency * static_cast<double>(s.kw)}) + 2) +
              piece.cols * finish + 20;
    // Spreading takes a port that multiplications want, too.
    if (group > 1) cycles += units * group * (s.kw > 1 ? piece.high - piece.low : fma) * 0.25;
  }
  return cycles;
}

// conv.depthwise and conv.grouped: the families differ in the groups they take.
class RowConv : public IsaFamily {
 public:
  using IsaFamily::IsaFamily;

  bool computes(const Problem& p) const override {
    if (!is_plain_conv(p)) return false;
    const ConvShape s = kernels::conv_shape(p);
    return s.ic == s.oc && takes(s.ic / s.g) && rows_reach(p, lanes()) && s.kw <= 64 && s.dw < (1 << 16) &&
           s.sw < (1 << 16);
  }
  Ports ports(const Problem& p, const Target&) const override { return blocked_conv_ports(p, lanes()); }
  kernels::Tunables tunables(const Problem& p, const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    const int most = most_row_cols(isa(), conv_row_shape(s, isa(), kernels::activation_of(p.attributes)));
    const auto ow = static_cast<int>(std::min<std::int64_t>(s.ow, 64));
    const auto oh = static_cast<int>(s.oh), od = static_cast<int>(s.od);
    std::set<int> cols, bands, depths;
    for (int c : {most, 16, 14, 10, 8}) cols.insert(std::min({c, most, ow}));
    for (int b : {oh, (oh + 1) / 2, (oh + 3) / 4, 8, 4}) bands.insert(std::min(b, oh));
    for (int d : {od, (od + 1) / 2, (od + 3) / 4, 1}) depths.insert(d);
    kernels::Tunables tunables({"cols", "band", "planes"});
    tunables.decide("cols", listed(cols)).decide("band", listed(bands)).decide("planes", listed(depths));
    return tunables;
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = kernels::conv_shape(p);
    const auto number = [](std::int64_t v) { return static_cast<double>(v); };
    double units = 0;  // of a column of output rows through the clip, borders counted
    for (std::int64_t o = 0; o < s.od; ++o) {
      const kernels::Taps t = kernels::valid_taps(o, s.sd, s.pd, s.dd, s.kd, s.id);
      units += number(t.last - t.first);
    }
    double rows = 0;
    for (std::int64_t o = 0; o < s.oh; ++o) {
      const kernels::Taps t = kernels::valid_taps(o, s.sh, s.ph, s.dh, s.kh, s.ih);
      rows += number(t.last - t.first);
    }
    const double vectors = number(s.n * kernels::blocks(s.ic, lanes())), outputs = number(s.od * s.oh);
    const double band = schedule.get("band"), planes = schedule.get("planes");
    const double bands = std::ceil(number(s.oh) / band), depths = std::ceil(number(s.od) / planes);
    const double multiply = vectors * (outputs * row_cycles(s, schedule.get("cols"), units * rows / outputs,
                                                            kernels::activation_of(p.attributes)) +
                                       number(s.od) * bands * 60);
    // Every band reads its own input rows, and as many planes before its own as the kernel reaches back; the planes
    // under the kernel stay in a cache or are read again for every output plane.
    const double row_bytes = number(s.iw) * lanes() * 4;
    const double band_rows =
        std::min(number(s.ih), band * number(s.sh) + number((s.kh - 1) * s.dh + 1 - s.sh));
    const double under = number((s.kd - 1) * s.dd + 1) * band_rows * row_bytes;
    const double input_planes =
        std::min(number(s.id), planes * number(s.sd) + number((s.kd - 1) * s.dd + 1 - s.sd));
    const double input = vectors * number(s.id * s.ih) * row_bytes;
    const double output = vectors * outputs * number(s.ow) * lanes() * 4;
    const double first = vectors * bands * depths * input_planes * band_rows * row_bytes;
    const double again = vectors * bands * units * band_rows * row_bytes;
    const double fetch =
        fetch_cycles(target.device, first + output, input + output) +
        fetch_cycles(target.device, again, std::min(under + band * number(s.ow) * lanes() * 4, input));
    return parallel_ns(std::max(multiply, fetch) + 0.2 * std::min(multiply, fetch), vectors * bands * depths,
                       target);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<RowConvKernel>(request);
  }

 protected:
  virtual bool takes(std::int64_t channels_per_group) const = 0;
};

class ConvDepthwise final : public RowConv {
 public:
  explicit ConvDepthwise(Isa isa) : RowConv("conv.depthwise", 2, isa) {}

 protected:
  bool takes(std::int64_t channels_per_group) const override { return channels_per_group == 1; }
};

class ConvGrouped final : public RowConv {
 public:
  explicit ConvGrouped(Isa isa) : RowConv("conv.grouped", 1, isa) {}

 protected:
  bool takes(std::int64_t channels_per_group) const override {
    return channels_per_group == 2 || channels_per_group == 4 || (channels_per_group == 8 && lanes() == 16);
  }
};

}  // namespace

const kernels::KernelFamily& conv_depthwise(Isa isa) { return per_isa<ConvDepthwise>(isa); }
const kernels::KernelFamily& conv_grouped(Isa isa) { return per_isa<ConvGrouped>(isa); }

}  // namespace rt3d::jit
