// Conv whose weights come in Winograd's transform domain (docs/transform-domain.md), in double precision. For every n, tile of the
// output (a task): V[ic] = Bᵀ d; for oc: y = Aᵀ (Σ_ic U[oc][ic] · V[ic]) + bias + added, inside the output.
#include <algorithm>
#include <array>
#include <vector>

#include "kernels/ref/conv_parts.h"
#include "kernels/ref/operators.h"
#include "kernels/winograd_weights.h"

namespace rt3d::kernels::ref {
namespace {

// Between [outer][map.inputs][inner] and [outer][map.outputs][inner].
void along(const LinearMap& map, const double* from, std::int64_t outer, std::int64_t inner, double* to) {
  for (std::int64_t o = 0; o < outer; ++o)
    for (int i = 0; i < map.outputs; ++i)
      for (std::int64_t e = 0; e < inner; ++e, ++to) {
        *to = 0;
        for (int k = 0; k < map.inputs; ++k) *to += map.at(i, k) * from[(o * map.inputs + k) * inner + e];
      }
}

LinearMap filled(int outputs, int inputs, bool identity) {
  LinearMap map{outputs, inputs, std::vector<double>(static_cast<std::size_t>(outputs * inputs), 1.0)};
  for (int i = 0; i < outputs && identity; ++i)
    for (int j = 0; j < inputs; ++j) map.at(i, j) = i == j ? 1 : 0;
  return map;
}

struct Place {
  std::int64_t n, t, y, x;  // batch item and tile
};

struct TransformedConv {
  ConvShape s;
  WinogradTile tile;
  Activation act;
  LinearMap in_t, out_t, in_s, out_s;  // without a transform along depth: kernel planes, and their sum

  TransformedConv(const Problem& p, const WinogradTile& which)
      : s(conv_shape(p)), tile(which), act(activation_of(p.attributes)) {
    const auto kd = static_cast<int>(s.kd);
    const WinogradTransform &time = time_transform(s, tile), &space = space_transform(s, tile);
    in_t = tile.t > 1 ? time.input : filled(kd, kd, true);
    out_t = tile.t > 1 ? time.output : filled(1, kd, false);
    in_s = space.input;
    out_s = space.output;
  }

  std::int64_t q() const { return in_t.outputs; }
  std::int64_t n() const { return in_s.outputs; }
  std::int64_t points() const { return q() * n() * n(); }
  // Doubles of one intermediate result.
  std::int64_t widest() const {
    const std::int64_t side = std::max(in_s.inputs, in_s.outputs);
    return std::max(in_t.inputs, in_t.outputs) * side * side;
  }
  std::int64_t tiles_t() const { return (s.od + tile.t - 1) / tile.t; }
  std::int64_t tiles_y() const { return (s.oh + tile.s - 1) / tile.s; }
  std::int64_t tiles_x() const { return (s.ow + tile.s - 1) / tile.s; }

  // The transformed input of one channel in `v`; a and b are widest().
  void input(const float* x, const Place& at, double* v, double* a, double* b) const {
    const std::int64_t d0 = at.t * tile.t * s.sd - s.pd, h0 = at.y * tile.s * s.sh - s.ph,
                       w0 = at.x * tile.s * s.sw - s.pw;
    double* to = a;
    for (int i = 0; i < in_t.inputs; ++i)
      for (int j = 0; j < in_s.inputs; ++j)
        for (int k = 0; k < in_s.inputs; ++k) {
          const std::int64_t d = d0 + i, h = h0 + j, w = w0 + k;
          const bool inside = d >= 0 && d < s.id && h >= 0 && h < s.ih && w >= 0 && w < s.iw;
          *to++ = inside ? static_cast<double>(x[(d * s.ih + h) * s.iw + w]) : 0.0;
        }
    const std::int64_t span = in_s.inputs;
    along(in_t, a, 1, span * span, b);
    along(in_s, b, q(), span, a);
    along(in_s, a, q() * n(), 1, v);
  }

  // Sums of products at every point in a, and what comes of them: [t][s][s] outputs in a again.
  void output(double* a, double* b) const {
    along(out_s, a, q() * n(), 1, b);
    along(out_s, b, q(), tile.s, a);
    along(out_t, a, 1, static_cast<std::int64_t>(tile.s) * tile.s, b);
    std::copy_n(b, static_cast<std::int64_t>(tile.t) * tile.s * tile.s, a);
  }

  const float* item(const Operands& o, std::int64_t n, std::int64_t ic) const {
    return o.in<float>(0) + (n * s.ic + ic) * s.id * s.ih * s.iw;
  }
  std::int64_t index(const Place& at, std::int64_t oc, std::int64_t d, std::int64_t h, std::int64_t w) const {
    return (((at.n * s.oc + oc) * s.od + d) * s.oh + h) * s.ow + w;
  }

  void add_products(const Operands& o, std::int64_t oc, std::int64_t ic, const double* v,
                    double* sums) const {
    const float* u = o.in<float>(4) + (oc * s.ic + ic) * points();
    for (std::int64_t i = 0; i < points(); ++i) sums[i] += static_cast<double>(u[i]) * v[i];
  }

  void run_tile(const Operands& o, const Place& at, double* scratch) const {
    double *a = scratch, *b = a + widest(), *v = b + widest();
    for (std::int64_t ic = 0; ic < s.ic; ++ic) input(item(o, at.n, ic), at, v + ic * points(), a, b);
    const ConvEpilogue finish(o, act);
    for (std::int64_t oc = 0; oc < s.oc; ++oc) {
      std::fill_n(a, points(), 0.0);
      for (std::int64_t ic = 0; ic < s.ic; ++ic) add_products(o, oc, ic, v + ic * points(), a);
      output(a, b);
      const double* y = a;
      for (std::int64_t d = at.t * tile.t; d < (at.t + 1) * tile.t; ++d)
        for (std::int64_t h = at.y * tile.s; h < (at.y + 1) * tile.s; ++h)
          for (std::int64_t w = at.x * tile.s; w < (at.x + 1) * tile.s; ++w, ++y)
            if (d < s.od && h < s.oh && w < s.ow)
              o.out<float>()[index(at, oc, d, h, w)] = finish(*y, oc, index(at, oc, d, h, w));
    }
  }

  float element(const Operands& o, std::int64_t i) const {
    const auto [item_n, oc, d, h, w] = ConvElement(s, i);
    const Place at{item_n, d / tile.t, h / tile.s, w / tile.s};
    const auto size = static_cast<std::size_t>(widest());
    std::vector<double> a(size), b(size), v(size), sums(size);
    for (std::int64_t ic = 0; ic < s.ic; ++ic) {
      input(item(o, at.n, ic), at, v.data(), a.data(), b.data());
      add_products(o, oc, ic, v.data(), sums.data());
    }
    output(sums.data(), b.data());
    const std::int64_t y = (d % tile.t * tile.s + h % tile.s) * tile.s + w % tile.s;
    return ConvEpilogue(o, act)(sums[static_cast<std::size_t>(y)], oc, i);
  }
};

}  // namespace

Operation prepare_transformed_conv(const Problem& p) {
  require_operands(p, 2, 5);
  require_type(p, DType::f32);
  const std::string name = p.attributes.string(kWinogradAttribute, "");
  const auto tile = find_winograd_tile(name);
  require(tile.has_value(), p, "there is no tile '", name, "'");
  const ConvShape s = conv_shape(p);
  require(s.g == 1 && s.dd == 1 && s.dh == 1 && s.dw == 1, p,
          "transformed weights have no groups or dilations");
  require(s.kh == s.kw && s.sh == s.sw, p, "transformed weights have height and width alike");
  require(p.has_input(4) &&
              winograd_weight_shape(p.input_shape(1), *tile, {s.sd, s.sh, s.sw}) == p.input_shape(4),
          p, "the transformed weights do not fit weights ", p.input_shape(1).text(), " and tile ", name);
  require_conv_operands(p, s);
  Operation operation;
  if (p.outputs[0].shape.elements() == 0) {
    operation.run = [](const Operands&) {};
    return operation;
  }
  const TransformedConv conv(p, *tile);
  const std::int64_t doubles = 2 * conv.widest() + s.ic * conv.points();
  operation.scratch_bytes = static_cast<std::size_t>((doubles + 7) / 8 * 8) * sizeof(double);
  operation.at = [conv](const Operands& o, std::int64_t index) { return conv.element(o, index); };
  operation.run = [conv, stride = operation.scratch_bytes](const Operands& o) {
    const std::int64_t xs = conv.tiles_x(), ys = conv.tiles_y(), ts = conv.tiles_t();
    o.pool.run(conv.s.n * ts * ys * xs, [&](std::int64_t task, int worker) {
      conv.run_tile(o, {task / (ts * ys * xs), task / (ys * xs) % ts, task / xs % ys, task % xs},
                    reinterpret_cast<double*>(o.scratch + static_cast<std::size_t>(worker) * stride));
    });
  };
  return operation;
}

}  // namespace rt3d::kernels::ref
