#include "kernels/conv_shape.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/placement.h"

namespace rt3d::kernels {
namespace {

// A per-spatial-dimension attribute spread over d h w: 2-D values fill h w, 1-D values w.
struct Triple {
  std::int64_t d, h, w;
};

Triple triple(const Problem& p, const char* name, int spatial, std::int64_t fallback) {
  const auto values =
      p.attributes.integers(name, std::vector<std::int64_t>(static_cast<std::size_t>(spatial), fallback));
  if (static_cast<int>(values.size()) != spatial)
    fail(Code::invalid_model, p.op, ": attribute ", name, " has ", values.size(), " values, expected ",
         spatial);
  for (std::int64_t v : values)
    if (v < 1 || v > 1 << 20) fail(Code::invalid_model, p.op, ": ", name, " ", v, " is out of range");
  Triple t{fallback, fallback, fallback};
  if (spatial >= 3) t.d = values[0];
  if (spatial >= 2) t.h = values[static_cast<std::size_t>(spatial - 2)];
  t.w = values[static_cast<std::size_t>(spatial - 1)];
  return t;
}

}  // namespace

ConvShape conv_shape(const Problem& p) {
  const Shape& x = p.input_shape(0);
  const Shape& y = p.outputs.at(0).shape;
  const int spatial = x.rank() - 2;
  if (spatial < 1 || spatial > 3 || y.rank() != x.rank())
    fail(Code::invalid_model, p.op, ": input ", x.text(), " must have 1 to 3 spatial dimensions");
  const Dims5 in(x);
  const Dims5 out(y);
  ConvShape s;
  s.n = in.n;
  s.ic = in.c;
  s.id = in.d;
  s.ih = in.h;
  s.iw = in.w;
  s.oc = out.c;
  s.od = out.d;
  s.oh = out.h;
  s.ow = out.w;
  s.g = p.op == "Conv" ? p.attributes.integer("group", 1) : 1;
  if (p.op == "Conv") {
    const Shape& w = p.input_shape(1);
    if (w.rank() != x.rank())
      fail(Code::invalid_model, "Conv: weights ", w.text(), " do not fit input ", x.text());
    const Dims5 k(w);
    s.kd = k.d;
    s.kh = k.h;
    s.kw = k.w;
    if (s.g < 1 || s.ic % s.g != 0 || s.oc % s.g != 0 || k.n != s.oc || k.c != s.ic / s.g)
      fail(Code::invalid_model, "Conv: weights ", w.text(), " do not fit input ", x.text(), " in ", s.g,
           " groups");
  } else {
    const Triple k = triple(p, "kernel_shape", spatial, 1);
    s.kd = k.d;
    s.kh = k.h;
    s.kw = k.w;
  }
  const Triple stride = triple(p, "strides", spatial, 1);
  const Triple dilation = triple(p, "dilations", spatial, 1);
  s.sd = stride.d;
  s.sh = stride.h;
  s.sw = stride.w;
  s.dd = dilation.d;
  s.dh = dilation.h;
  s.dw = dilation.w;
  const auto pads =
      p.attributes.integers("pads", std::vector<std::int64_t>(static_cast<std::size_t>(2 * spatial), 0));
  if (static_cast<int>(pads.size()) != 2 * spatial)
    fail(Code::invalid_model, p.op, ": pads has ", pads.size(), " values, expected ", 2 * spatial);
  for (std::int64_t pad : pads)
    if (pad < 0 || pad > 1 << 20) fail(Code::invalid_model, p.op, ": pad ", pad, " is out of range");
  const auto front = [&](int from_end) {
    return from_end > spatial ? 0 : pads[static_cast<std::size_t>(spatial - from_end)];
  };
  s.pd = front(3);
  s.ph = front(2);
  s.pw = front(1);
  const auto behind = [](std::int64_t o, std::int64_t stride, std::int64_t pad, std::int64_t dilation,
                         std::int64_t k, std::int64_t size) {
    return std::max<std::int64_t>(0, (o - 1) * stride - pad + (k - 1) * dilation + 1 - size);
  };
  s.pd2 = behind(s.od, s.sd, s.pd, s.dd, s.kd, s.id);
  s.ph2 = behind(s.oh, s.sh, s.ph, s.dh, s.kh, s.ih);
  s.pw2 = behind(s.ow, s.sw, s.pw, s.dw, s.kw, s.iw);
  return s;
}

Taps valid_taps(std::int64_t o, std::int64_t stride, std::int64_t pad, std::int64_t dilation,
                std::int64_t kernel, std::int64_t size) {
  const std::int64_t start = o * stride - pad;
  Taps taps;
  taps.first = start >= 0 ? 0 : std::min(kernel, (-start + dilation - 1) / dilation);
  taps.last = start >= size ? 0 : std::min(kernel, (size - 1 - start) / dilation + 1);
  taps.last = std::max(taps.last, taps.first);
  return taps;
}

std::int64_t taps_met(std::int64_t outputs, std::int64_t stride, std::int64_t pad, std::int64_t dilation,
                      std::int64_t kernel, std::int64_t size) {
  std::int64_t sum = 0;
  for (std::int64_t o = 0; o < outputs; ++o) {
    const Taps taps = valid_taps(o, stride, pad, dilation, kernel, size);
    sum += taps.last - taps.first;
  }
  return sum;
}

std::int64_t useful_multiply_accumulates(const Problem& p) {
  const std::int64_t all = multiply_accumulates(p);
  if (p.op != "Conv" || all == 0) return all;
  const ConvShape s = conv_shape(p);
  return s.n * s.oc * (s.ic / s.g) * taps_met(s.od, s.sd, s.pd, s.dd, s.kd, s.id) *
         taps_met(s.oh, s.sh, s.ph, s.dh, s.kh, s.ih) * taps_met(s.ow, s.sw, s.pw, s.dw, s.kw, s.iw);
}

}  // namespace rt3d::kernels
