#include "jit/winograd/estimate.h"

#include <algorithm>
#include <cmath>

#include "jit/family/estimate.h"
#include "jit/tile/tile.h"

namespace rt3d::jit {

using kernels::ceil_div;
using kernels::ConvShape;
using kernels::Target;

namespace {

// The sizes that WinogradPlan would choose, without its lists.
struct Extent {
  double blocks, frames_in, frames_out, tiles, depth_tiles;  // of an average block
};

Extent extent(const ConvShape& s, const WinogradTile& m, const WinogradCut& cut) {
  const std::int64_t tt = ceil_div(s.od, m.t), ty = ceil_div(s.oh, m.s), tx = ceil_div(s.ow, m.s);
  const double bt = as_double(ceil_div(tt, cut.depth_tiles)), by = as_double(ceil_div(ty, cut.tile_rows));
  const double depth_tiles = as_double(tt) / bt, rows = as_double(ty) / by;
  // Blocks at the ends of the clip read less.
  const double overlap = as_double(s.kd - s.sd) * (bt > 1 ? 1 - 1 / bt : 1);
  const double frames = std::min(as_double(s.id), depth_tiles * m.t * as_double(s.sd) + overlap);
  return {bt * by, frames, depth_tiles * m.t, rows * as_double(tx), depth_tiles};
}

// Kernel planes in K, on average over the output's frames; one where depth is transformed.
double average_taps(const ConvShape& s, const WinogradTile& m) {
  if (m.t > 1) return 1;
  double taps = 0;
  for (std::int64_t od = 0; od < s.od; ++od) {
    const kernels::Taps t = kernels::valid_taps(od, s.sd, s.pd, s.dd, s.kd, s.id);
    taps += as_double(t.last - t.first) / as_double(s.od);
  }
  return taps;
}

// The terms of the analytic time: cycles of a block, which is transformed, multiplied point by point and panel by panel of output
// channels, and transformed back.
class WinogradEstimate {
 public:
  WinogradEstimate(const WinogradLayer& layer, const WinogradCut& cut, const Target& target);
  double ns() const;

 private:
  double panel_cycles() const;
  double rows_cycles(double fma, double loads) const;
  double product_cycles() const;
  double multiply_cycles() const;
  double transform_cycles() const;
  bool in_l1(double bytes) const { return bytes <= 0.75 * as_double(target_.device.l1d_bytes); }
  bool in_l2(double bytes) const { return bytes <= 0.75 * as_double(target_.device.l2_bytes); }

  const WinogradLayer& layer_;
  const WinogradCut& cut_;
  const Target& target_;
  const ConvShape& s_;
  const WinogradTile& m_;
  int lanes_;
  Extent e_;
  double points_, q_;     // of the spatial and the temporal transform
  double icb_, ocb_;      // vectors of channels
  double vector_;         // bytes
  double k_rows_;         // k steps of a row, if none were missing …
  double kept_;           // … the share that is there …
  double k_steps_;        // … and those
  double rows_, groups_;  // of a block at a point, and groups of them
  double r_, v_;          // rows and vectors of a multiplication
  double panel_;          // bytes of a panel's weights
};

WinogradEstimate::WinogradEstimate(const WinogradLayer& layer, const WinogradCut& cut, const Target& target)
    : layer_(layer),
      cut_(cut),
      target_(target),
      s_(layer.shape),
      m_(layer.method),
      lanes_(isa_lanes(target.device.isa)),
      e_(extent(s_, m_, cut)),
      points_(kernels::space_transform(s_, m_).n * kernels::space_transform(s_, m_).n),
      q_(kernels::time_transform(s_, m_).n),
      icb_(as_double(kernels::blocks(s_.ic, lanes_))),
      ocb_(as_double(kernels::blocks(s_.oc, lanes_))),
      vector_(lanes_ * 4),
      k_rows_(icb_ * lanes_ * average_taps(s_, m_)),
      kept_(winograd_kept(layer, cut, lanes_)),
      k_steps_(k_rows_ * kept_),
      rows_((m_.t > 1 ? e_.depth_tiles : e_.frames_out) * e_.tiles),
      v_(cut.vecs) {
  const double frames = e_.frames_out, classes = m_.t > 1    ? 1
                                                 : s_.sd > 1 ? frames
                                                             : std::min(3.0, s_.kd > 1 ? frames : 1.0);
  groups_ = std::max(classes, std::ceil(rows_ / most_rows(target.device.isa, cut.vecs, {})));
  r_ = rows_ / groups_;
  panel_ = k_steps_ * v_ * vector_;
}

// Each group of rows reads a panel of weights: again from L1 where panel and rows stay there, else from L2.
double WinogradEstimate::panel_cycles() const {
  const double set = groups_ > 1 ? panel_ + r_ * k_rows_ * 4 : 0.7 * as_double(target_.device.l2_bytes);
  return in_l1(set) ? 0 : 0.5 * fetch_cycles(target_.device, panel_, set);
}

// And each panel all rows of a point, of which sparse code reads as many lines, but multiplies less with each. From L2, load ports that
// are not busy anyway hide that.
double WinogradEstimate::rows_cycles(double fma, double loads) const {
  const double slab = rows_ * k_rows_ * 4, set = slab + panel_;
  if (in_l1(set)) return 0;
  const double lines = 1 - std::pow(1 - kept_, lanes_ / cut_.depth);  // share that any unit reads
  const double hidden = in_l2(set) ? k_steps_ * std::max(0.0, fma - loads / 2) : 0;
  return std::max(0.0, 0.3 * lines * fetch_cycles(target_.device, slab / groups_, set) - hidden);
}

// A panel and a group of rows at a point: multiplying as conv.direct counts it, what is read meanwhile, and the call.
double WinogradEstimate::product_cycles() const {
  const double fma = r_ * v_ / 2, loads = target_.device.isa == Isa::neon ? v_ + r_ / 4 : v_ + r_;
  const double k_cycles = std::max({fma, loads / 2, 4.0}) + 0.03 * loads;
  return k_steps_ * k_cycles + panel_cycles() + rows_cycles(fma, loads) + k_steps_ / cut_.depth * 2 + 30 +
         r_ * v_ * 1.5;
}

// All products, or the streaming of all weights, which come from afar once per block: whichever is longer.
double WinogradEstimate::multiply_cycles() const {
  const double products = points_ * q_ * std::ceil(ocb_ / v_) * groups_ * product_cycles();
  const double weights = as_double(winograd_weight_bytes(layer_, cut_, target_));
  const double stream = fetch_cycles(target_.device, weights, weights);
  const double cycles = std::max(products, stream) + 0.3 * std::min(products, stream);
  return cut_.late ? cycles + points_ * ocb_ * k_steps_ * (1.5 * q_ + as_double(s_.kd)) : cycles;
}

// Instructions, and traffic to the level of cache where what a block's points hold fits.
double WinogradEstimate::transform_cycles() const {
  const Device& device = target_.device;
  const double in = points_ * icb_ * e_.frames_in * e_.tiles, out = points_ * ocb_ * e_.frames_out * e_.tiles;
  const double set = (in + out) * vector_;
  const double far = 1 + 0.15 * std::max(0.0, std::log2(set / as_double(device.l2_bytes)));
  double cycles = 0;
  if (m_.s > 1)
    cycles += in * (4 + far * fetch_cycles(device, 2 * vector_, set)) +
              out * (3 + far * fetch_cycles(device, 2 * vector_, set));
  if (m_.t > 1) {
    const double set_v = q_ * rows_ * (icb_ + ocb_) * vector_;
    const double from = m_.s > 1 ? set : as_double(s_.ic * s_.id * s_.ih * s_.iw) * 4;
    cycles += points_ * q_ * rows_ * icb_ * (2.5 + fetch_cycles(device, vector_, set_v)) +
              points_ * q_ * rows_ * ocb_ * (2.5 + fetch_cycles(device, vector_, set_v));
    if (m_.s == 1) cycles += (in + out) * fetch_cycles(device, vector_, from);
  }
  return cycles;
}

double WinogradEstimate::ns() const {
  const double blocks = as_double(s_.n) * e_.blocks, cycles = multiply_cycles() + transform_cycles() + 500;
  if (!cut_.shared) return parallel_ns(blocks * cycles, blocks, target_);
  const double rounds = std::ceil(points_ / target_.threads) * target_.threads / points_;
  // Three meetings of the threads per block, and what one has written another reads through the last level.
  constexpr double kMeetingsNs = 9000, kCrossing = 1.1;
  return blocks * (cycles * kCrossing * rounds / target_.threads / kNominalGhz + kMeetingsNs);
}

}  // namespace

double winograd_multiply_adds(const WinogradLayer& layer, const WinogradCut& cut, int lanes) {
  const ConvShape& s = layer.shape;
  const WinogradTile& m = layer.method;
  const int n = kernels::space_transform(s, m).n;
  const double planes = m.t > 1 ? as_double(ceil_div(s.od, m.t) * kernels::time_transform(s, m).n)
                                : as_double(s.od) * average_taps(s, m);
  return as_double(s.n * n * n * ceil_div(s.oh, m.s) * ceil_div(s.ow, m.s)) * planes *
         as_double(s.ic * s.oc) * winograd_kept(layer, cut, lanes);
}

double winograd_estimate_ns(const WinogradLayer& layer, const WinogradCut& cut, const Target& target) {
  return WinogradEstimate(layer, cut, target).ns();
}

}  // namespace rt3d::jit
