#include "kernels/pool_window.h"

#include <algorithm>

#include "kernels/placement.h"

namespace rt3d::kernels {
namespace {

bool is_global(const Problem& p) { return p.op.starts_with("Global"); }

}  // namespace

bool is_average_pool(const Problem& p) { return p.op == "AveragePool" || p.op == "GlobalAveragePool"; }

bool is_pool(const Problem& p) { return is_average_pool(p) || p.op == "MaxPool" || p.op == "GlobalMaxPool"; }

ConvShape pool_shape(const Problem& p) {
  if (!is_global(p)) return conv_shape(p);
  const Dims5 in(p.input_shape(0));
  ConvShape s;
  s.n = in.n;
  s.ic = s.oc = in.c;
  s.id = s.kd = in.d;
  s.ih = s.kh = in.h;
  s.iw = s.kw = in.w;
  return s;
}

std::array<std::vector<std::int64_t>, 3> counted_positions(const Problem& p, const ConvShape& s) {
  struct Axis {
    std::int64_t outputs, stride, front, dilation, kernel, size;
  };
  const std::array<Axis, 3> axes{{{s.od, s.sd, s.pd, s.dd, s.kd, s.id},
                                  {s.oh, s.sh, s.ph, s.dh, s.kh, s.ih},
                                  {s.ow, s.sw, s.pw, s.dw, s.kw, s.iw}}};
  const bool padded = p.attributes.integer("count_include_pad", 0) != 0;
  const auto pads = p.attributes.integers("pads", {});
  const std::size_t spatial = pads.size() / 2;
  std::array<std::vector<std::int64_t>, 3> counted;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Axis& a = axes[i];
    const std::size_t from_end = axes.size() - i;
    const std::int64_t back = from_end > spatial ? 0 : pads[2 * spatial - from_end];
    for (std::int64_t o = 0; o < a.outputs; ++o) {
      const Taps taps = padded ? valid_taps(o, a.stride, 0, a.dilation, a.kernel, a.front + a.size + back)
                               : valid_taps(o, a.stride, a.front, a.dilation, a.kernel, a.size);
      counted[i].push_back(taps.last - taps.first);
    }
  }
  return counted;
}

}  // namespace rt3d::kernels
