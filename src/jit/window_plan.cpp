#include "jit/window_plan.h"

#include <algorithm>

namespace rt3d::jit {

using kernels::Taps;

namespace {

int class_of(std::vector<Taps>& classes, const Taps& taps) {
  const auto it = std::find(classes.begin(), classes.end(), taps);
  if (it != classes.end()) return static_cast<int>(it - classes.begin());
  classes.push_back(taps);
  return static_cast<int>(classes.size()) - 1;
}

}  // namespace

WindowPlan::WindowPlan(Isa isa, const kernels::ConvShape& s, const kernels::Placement& in,
                       const kernels::Placement& out, const kernels::Placement* residual, WindowShape shape,
                       int rows, std::int64_t unit_bytes)
    : s_(s), in_(in), out_(out), residual_(residual ? *residual : kernels::Placement{}) {
  shape.a_row = static_cast<std::int32_t>(s.sw * in.block * 4);
  shape.c_row = out.block * 4;
  shape.has_residual = residual != nullptr;
  shape.residual_row = residual_.block * 4;
  std::vector<Taps> d_classes, h_classes, w_classes;
  for (std::int64_t o = 0; o < s.od; ++o)
    d_class_.push_back(class_of(d_classes, kernels::valid_taps(o, s.sd, s.pd, s.dd, s.kd, s.id)));
  for (std::int64_t o = 0; o < s.oh; ++o)
    h_class_.push_back(class_of(h_classes, kernels::valid_taps(o, s.sh, s.ph, s.dh, s.kh, s.ih)));

  // Runs of pixels with the same taps, cut evenly into at most `rows`; one code per length.
  std::vector<int> lengths;
  const auto code_for = [&](int length) {
    const auto it = std::find(lengths.begin(), lengths.end(), length);
    if (it != lengths.end()) return static_cast<int>(it - lengths.begin());
    lengths.push_back(length);
    shape.rows = length;
    code_.push_back(window(isa, shape));
    return static_cast<int>(lengths.size()) - 1;
  };
  const auto taps_at = [&](std::int64_t o) { return kernels::valid_taps(o, s.sw, s.pw, s.dw, s.kw, s.iw); };
  for (std::int64_t ow = 0; ow < s.ow;) {
    const Taps taps = taps_at(ow);
    std::int64_t end = ow + 1;
    while (end < s.ow && taps_at(end) == taps) ++end;
    const int w_class = class_of(w_classes, taps);
    const std::int64_t parts = (end - ow + rows - 1) / rows;
    for (std::int64_t p = 0, at = ow; p < parts; ++p) {
      const std::int64_t next = ow + (end - ow) * (p + 1) / parts;
      pieces_.push_back({at, code_for(static_cast<int>(next - at)), w_class});
      at = next;
    }
    ow = end;
  }
  h_classes_ = static_cast<int>(h_classes.size());
  w_classes_ = static_cast<int>(w_classes.size());
  for (const Taps& td : d_classes)
    for (const Taps& th : h_classes)
      for (const Taps& tw : w_classes) {
        const std::size_t first = units_.size();
        for (std::int64_t kd = td.first; kd < td.last; ++kd)
          for (std::int64_t kh = th.first; kh < th.last; ++kh)
            for (std::int64_t kw = tw.first; kw < tw.last; ++kw) {
              const std::int64_t a = kd * s.dd * in.d + kh * s.dh * in.h + kw * s.dw * in.block;
              units_.push_back({static_cast<std::int32_t>(a * 4),
                                static_cast<std::int32_t>(((kd * s.kh + kh) * s.kw + kw) * unit_bytes)});
            }
        lists_.push_back({first, static_cast<std::int64_t>(units_.size() - first)});
      }
}

}  // namespace rt3d::jit
