#include "jit/winograd/schedule.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "jit/family/estimate.h"
#include "jit/tile/tile.h"
#include "jit/winograd/estimate.h"
#include "jit/winograd/transform.h"

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Schedule;
using kernels::space_transform;
using kernels::Target;
using kernels::time_transform;
using kernels::WinogradTransform;

namespace {

constexpr std::int64_t kMostFloats = std::int64_t{1}
                                     << 28;  // of one scratch memory: its offsets are 32-bit bytes

bool small_enough(const ConvShape& s, const WinogradTile& m, const WinogradCut& cut, int lanes) {
  const double points = space_transform(s, m).n * space_transform(s, m).n;
  const double channels = static_cast<double>(std::max(s.ic, s.oc) + lanes);
  const double frames =
      static_cast<double>(cut.depth_tiles * m.t * s.sd + (s.kd - 1) * s.dd + time_transform(s, m).n);
  const double tiles = cut.tile_rows * std::ceil(static_cast<double>(s.ow) / m.s);
  return points * channels * (frames * tiles + 16) < static_cast<double>(kMostFloats);
}

WinogradCut smallest() { return {1, 1, 1, false, false, 1}; }

// Input channels of a unit: the group's, as far as they divide a block of channels.
int unit_channels(const WinogradLayer& layer, int lanes) {
  return layer.sparsity ? std::gcd(layer.sparsity->gn, lanes) : lanes;
}

// Whether panels of so many output channels may be cut from the groups.
bool panels_fit(const WinogradLayer& layer, int vecs, int lanes) {
  return vecs == 1 || !layer.sparsity || layer.sparsity->gm % (vecs * lanes) == 0;
}

// The share of rows of a transform's kernel matrix by how many taps they depend on.
std::vector<double> taps_of(const kernels::LinearMap& kernel) {
  std::vector<double> share(static_cast<std::size_t>(kernel.inputs) + 1);
  for (int i = 0; i < kernel.outputs; ++i) {
    std::size_t taps = 0;
    for (int k = 0; k < kernel.inputs; ++k) taps += kernel.at(i, k) != 0 ? 1 : 0;
    share[taps] += 1.0 / kernel.outputs;
  }
  return share;
}

}  // namespace

bool winograd_computes(const WinogradLayer& layer, int lanes) {
  const ConvShape& s = layer.shape;
  const WinogradTile& m = layer.method;
  const bool few = s.ic <= 4 || (m.t > 1 && s.od < 2) || (m.s > 1 && (s.oh < 2 || s.ow < 2));
  if (s.g != 1 || (few && !layer.transformed)) return false;
  if (m.t > 1 && (!has_winograd_transform(m.t, s.kd, s.sd) || s.dd != 1)) return false;
  if (m.s > 1 &&
      (!has_winograd_transform(m.s, s.kh, s.sh) || s.kh != s.kw || s.sh != s.sw || s.dh != 1 || s.dw != 1))
    return false;
  const bool pointwise = s.kh == 1 && s.kw == 1 && s.sh == 1 && s.sw == 1;
  if (m.s == 1 && (!pointwise || s.ph != 0 || s.pw != 0 || s.oh != s.ih || s.ow != s.iw)) return false;
  constexpr std::int64_t kLimit = std::int64_t{1} << 30;
  const std::int64_t channels = std::max(s.ic, s.oc) + 16;
  return channels * std::max(s.id * s.ih * s.iw, s.od * s.oh * s.ow) * 4 < kLimit && s.kd <= 16 &&
         channels * s.kd * 64 * 4 * 4 < kLimit && small_enough(s, m, smallest(), lanes);
}

bool winograd_fits(Isa isa, const ConvShape& s, const WinogradTile& m, const kernels::Activation& activation,
                   bool residual) {
  const WinogradTransform &time = time_transform(s, m), &space = space_transform(s, m);
  const auto fits = [&](const LinearMap& rows, const LinearMap& cols, bool last) {
    TransformShape shape;
    shape.rows = &rows;
    shape.cols = &cols;
    shape.read = {0, rows.inputs, 0, cols.inputs};
    shape.write = {0, rows.outputs, 0, cols.outputs};
    shape.epilogue = last;
    shape.has_residual = last && residual;
    shape.activation = activation;
    return transform_fits(isa, shape);
  };
  const LinearMap& one = kernels::no_transform().input;
  return fits(space.input, space.input, false) && fits(space.output, space.output, m.s > 1) &&
         fits(one, time.input, false) && fits(one, time.output, m.s == 1);
}

WinogradCut winograd_cut(const WinogradLayer& layer, const Schedule& schedule, int lanes) {
  return {schedule.get("vecs"),        schedule.get("depth_tiles"), schedule.get("tile_rows"),
          schedule.get("shared") != 0, schedule.get("late") != 0,   unit_channels(layer, lanes)};
}

// A unit is there when any of the groups and kernel positions that it depends on is kept.
double winograd_kept(const WinogradLayer& layer, const WinogradCut& cut, int lanes) {
  if (!layer.sparsity) return 1;
  const kernels::Sparsity& sparsity = *layer.sparsity;
  const int groups =
      ((cut.vecs * lanes + sparsity.gm - 1) / sparsity.gm) * ((cut.depth + sparsity.gn - 1) / sparsity.gn);
  const auto of = [&](double positions) { return 1 - std::pow(1 - sparsity.kept(), groups * positions); };
  if (sparsity.scheme == kernels::Scheme::vanilla || layer.transformed) return of(1);
  const std::vector<double> space = taps_of(space_transform(layer.shape, layer.method).kernel);
  std::vector<double> time = taps_of(time_transform(layer.shape, layer.method).kernel);
  if (cut.late) time.assign(static_cast<std::size_t>(layer.shape.kd), 0), time.push_back(1);
  double kept = 0;
  for (std::size_t y = 0; y < space.size(); ++y)
    for (std::size_t x = 0; x < space.size(); ++x)
      for (std::size_t t = 0; t < time.size(); ++t)
        kept += space[y] * space[x] * time[t] * of(static_cast<double>(y * x * t));
  return kept;
}

kernels::Tunables winograd_tunables(const WinogradLayer& layer, const Target& target) {
  const ConvShape s = layer.shape;
  const WinogradTile m = layer.method;
  const Isa isa = target.device.isa;
  const int lanes = isa_lanes(isa);
  const auto parts = [](std::int64_t whole, std::int64_t piece) {
    return static_cast<int>(kernels::ceil_div(whole, piece));
  };
  const auto evenly = [=](int whole, std::initializer_list<int> pieces) {
    std::set<int> out{whole};
    for (int piece : pieces)
      if (piece < whole) out.insert(parts(whole, parts(whole, piece)));
    return std::vector<int>(out.begin(), out.end());
  };
  const auto flag = [](bool allowed) { return allowed ? std::vector{0, 1} : std::vector{0}; };
  std::vector<int> vectors;
  for (int vecs = 1; vecs <= 4; ++vecs) {
    if (most_rows(isa, vecs, {}) == 0 || (vecs > 1 && vecs > kernels::blocks(s.oc, lanes))) break;
    if (panels_fit(layer, vecs, lanes)) vectors.push_back(vecs);
  }
  const std::vector<int> depths = evenly(parts(s.od, m.t), {1, 2, 4, 8}),
                         rows = evenly(parts(s.oh, m.s), {1, 2, 4, 7, 14, 28});
  // Without space there is one point, and nothing to share.
  const std::vector<int> shared = flag(target.threads > 1 && m.s > 1),
                         late = flag(m.t > 1 && !layer.transformed);
  const auto fitting_rows = [=](const Schedule& d) {
    std::vector<int> fitting;
    for (int row : rows)
      if (small_enough(s, m, {d.get("vecs"), d.get("depth_tiles"), row, false, false, 1}, lanes))
        fitting.push_back(row);
    return fitting;
  };
  kernels::Tunables tunables({"vecs", "depth_tiles", "tile_rows", "shared", "late"});
  tunables.decide("vecs", vectors)
      .decide("depth_tiles", depths)
      .decide("tile_rows", fitting_rows)
      .decide("shared", shared)
      .decide("late", late);
  return tunables;
}

std::int64_t winograd_weight_bytes(const WinogradLayer& layer, const WinogradCut& cut, const Target& target) {
  const ConvShape& s = layer.shape;
  const WinogradTile& m = layer.method;
  const int lanes = isa_lanes(target.device.isa);
  const std::int64_t n = space_transform(s, m).n,
                     planes = m.t > 1 && !cut.late ? time_transform(s, m).n : s.kd;
  const std::int64_t all = n * n * planes * kernels::blocks(s.ic, cut.depth) * cut.depth *
                           kernels::blocks(s.oc, lanes) * lanes * 4;
  return static_cast<std::int64_t>(winograd_kept(layer, cut, lanes) * static_cast<double>(all));
}

}  // namespace rt3d::jit
