#include "jit/rows/plan.h"

#include <algorithm>

#include "jit/conv/tile_cut.h"

namespace rt3d::jit {

using kernels::Taps;

RowCut::RowCut(const kernels::ConvShape& s, int cols) {
  const std::int64_t parts = (s.ow + cols - 1) / cols;
  for (std::int64_t p = 0; p < parts; ++p) {
    const std::int64_t first = s.ow * p / parts, end = s.ow * (p + 1) / parts;
    // From the piece's first column, clipped to what its windows reach, so that inner pieces are alike.
    const std::int64_t base = first * s.sw - s.pw, reach = (end - first - 1) * s.sw + (s.kw - 1) * s.dw + 1;
    const auto clip = [&](std::int64_t x) {
      return static_cast<int>(std::clamp<std::int64_t>(x - base, 0, reach));
    };
    ow.push_back(static_cast<int>(first));
    kind.push_back({static_cast<int>(end - first), clip(0), clip(s.iw)});
  }
}

RowPlan::RowPlan(const kernels::ConvShape& s, const kernels::Placement& in, const kernels::Placement& out,
                 const kernels::Placement* residual, const RowCut& cut, std::int64_t unit_bytes,
                 bool one_by_one, const Generate& generate)
    : s_(s),
      in_(in),
      out_(out),
      residual_(residual ? *residual : kernels::Placement{}),
      one_by_one_(one_by_one),
      has_residual_(residual != nullptr),
      ow_(cut.ow) {
  std::vector<RowPiece> kinds;
  std::vector<std::shared_ptr<const Code>> codes;
  for (const RowPiece& piece : cut.kind) {
    const auto it = std::find(kinds.begin(), kinds.end(), piece);
    const auto index = static_cast<std::size_t>(it - kinds.begin());
    if (it == kinds.end()) {
      kinds.push_back(piece);
      codes.push_back(generate(piece));
    }
    code_.push_back(codes[index]);
  }
  std::vector<Taps> d_classes, h_classes;
  for (std::int64_t o = 0; o < s.od; ++o)
    d_class_.push_back(class_of(d_classes, kernels::valid_taps(o, s.sd, s.pd, s.dd, s.kd, s.id)));
  for (std::int64_t o = 0; o < s.oh; ++o)
    h_class_.push_back(class_of(h_classes, kernels::valid_taps(o, s.sh, s.ph, s.dh, s.kh, s.ih)));
  h_classes_ = static_cast<int>(h_classes.size());
  for (const Taps& td : d_classes)
    for (const Taps& th : h_classes) {
      const std::size_t first = units_.size();
      for (std::int64_t kd = td.first; kd < td.last; ++kd)
        for (std::int64_t kh = th.first; kh < th.last; ++kh)
          units_.push_back({static_cast<std::int32_t>((kd * s.dd * in.d + kh * s.dh * in.h) * 4),
                            static_cast<std::int32_t>((kd * s.kh + kh) * unit_bytes)});
      lists_.push_back({first, static_cast<std::int64_t>(units_.size() - first)});
    }
}

void RowPlan::run(const RowArgs& base, std::int64_t od, std::int64_t first, std::int64_t last,
                  bool scale_per_pixel) const {
  RowArgs args = base;
  const float* a = base.a + (od * s_.sd - s_.pd) * in_.d - s_.ph * in_.h - s_.pw * in_.block;
  float* c = base.c + od * out_.d;
  const int d_class = d_class_[static_cast<std::size_t>(od)];
  for (std::int64_t oh = first; oh < last;) {
    std::int64_t end = oh + 1;
    while (!one_by_one_ && end < last && h_class(end) == h_class(oh)) ++end;
    const int border = d_class * h_classes_ + h_class(oh);
    const List& list = lists_[static_cast<std::size_t>(border)];
    args.units = units_.data() + list.first;
    args.unit_count = list.count;
    args.rows = end - oh;
    for (std::size_t piece = 0; piece < code_.size(); ++piece) {
      const std::int64_t ow = ow_[piece];
      args.a = a + oh * s_.sh * in_.h + ow * s_.sw * in_.block;
      args.c = c + oh * out_.h + ow * out_.block;
      if (has_residual_)
        args.residual = base.residual + od * residual_.d + oh * residual_.h + ow * residual_.block;
      if (scale_per_pixel) args.scales = base.scales + (od * s_.oh + oh) * s_.ow + ow;
      code_[piece]->call(&args);
    }
    oh = end;
  }
}

bool rows_reach(const kernels::Problem& p, int lanes) {
  constexpr std::int64_t kMostFloats = std::int64_t{1} << 28;  // 2^30 bytes
  const auto reaches = [&](const Shape& shape) {
    return shape.elements() < kMostFloats && kernels::Placement::of(shape, {lanes, 0, 0}).c < kMostFloats;
  };
  return reaches(p.input_shape(0)) && reaches(p.outputs[0].shape);
}

}  // namespace rt3d::jit
