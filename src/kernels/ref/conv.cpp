// Conv, direct: for every n, group, 4 output channels, od (a task), oh: for ic, kd, kh, kw: acc[oc][ow] += w
// * x[ow * sw + …]. One row of double accumulators per output channel; products of floats are exact in
// double, so sums depend on their order only, which is ic, kd, kh, kw for every element.
#include <algorithm>

#include "kernels/ref/conv_parts.h"
#include "kernels/ref/operators.h"

namespace rt3d::kernels::ref {
namespace {

constexpr std::int64_t kChannels = 4;  // output channels that share one pass over the input

struct Conv {
  ConvShape s;
  Activation act;

  std::int64_t channel_blocks() const { return (s.oc / s.g + kChannels - 1) / kChannels; }
  std::int64_t row_stride() const { return (s.ow + 7) / 8 * 8; }
  void plane(const Operands& o, std::int64_t task, double* acc) const;
  float at(const Operands& o, std::int64_t index) const;
};

// Output columns [first, last) at which a kernel column meets input.
Taps columns(const ConvShape& s, std::int64_t kw) {
  const std::int64_t shift = s.pw - kw * s.dw;  // input column = ow * sw - shift
  Taps range;
  range.first = shift <= 0 ? 0 : std::min(s.ow, (shift + s.sw - 1) / s.sw);
  range.last = s.iw - 1 + shift < 0 ? 0 : std::min(s.ow, (s.iw - 1 + shift) / s.sw + 1);
  range.last = std::max(range.first, range.last);
  return range;
}

// acc[c][i] += w[c] * x[i * step] for the channels of a block.
void add_row(double* __restrict acc, std::int64_t stride, const double* w, const float* __restrict x,
             std::int64_t step, std::int64_t count) {
  double* a0 = acc;
  double* __restrict a1 = acc + stride;
  double* __restrict a2 = acc + 2 * stride;
  double* __restrict a3 = acc + 3 * stride;
  const double w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];
  const auto step_over = [&](std::int64_t distance) {
    for (std::int64_t i = 0; i < count; ++i) {
      const double v = x[i * distance];
      a0[i] += w0 * v;
      a1[i] += w1 * v;
      a2[i] += w2 * v;
      a3[i] += w3 * v;
    }
  };
  if (step == 1)
    step_over(1);
  else
    step_over(step);
}

void Conv::plane(const Operands& o, std::int64_t task, double* acc) const {
  const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g, kernel = s.kernel_positions();
  const std::int64_t od = task % s.od;
  const std::int64_t block = task / s.od % channel_blocks();
  const std::int64_t g = task / s.od / channel_blocks() % s.g;
  const std::int64_t n = task / s.od / channel_blocks() / s.g;
  const std::int64_t oc0 = g * ocg + block * kChannels;
  const std::int64_t channels = std::min(kChannels, ocg - block * kChannels);
  const float* w = o.in<float>(1) + oc0 * icg * kernel;
  const ConvEpilogue finish(o, act);
  const Taps planes = valid_taps(od, s.sd, s.pd, s.dd, s.kd, s.id);
  for (std::int64_t oh = 0; oh < s.oh; ++oh) {
    const Taps rows = valid_taps(oh, s.sh, s.ph, s.dh, s.kh, s.ih);
    std::fill(acc, acc + kChannels * row_stride(), 0.0);
    for (std::int64_t ic = 0; ic < icg; ++ic) {
      const float* x = o.in<float>(0) + (n * s.ic + g * icg + ic) * s.id * s.ih * s.iw;
      for (std::int64_t kd = planes.first; kd < planes.last; ++kd)
        for (std::int64_t kh = rows.first; kh < rows.last; ++kh) {
          const std::int64_t id = od * s.sd - s.pd + kd * s.dd;
          const std::int64_t ih = oh * s.sh - s.ph + kh * s.dh;
          const float* row = x + (id * s.ih + ih) * s.iw;
          for (std::int64_t kw = 0; kw < s.kw; ++kw) {
            const Taps range = columns(s, kw);
            if (range.first == range.last) continue;
            double weights[kChannels] = {};
            for (std::int64_t c = 0; c < channels; ++c)
              weights[c] = w[(c * icg + ic) * kernel + (kd * s.kh + kh) * s.kw + kw];
            add_row(acc + range.first, row_stride(), weights, row + range.first * s.sw - s.pw + kw * s.dw,
                    s.sw, range.last - range.first);
          }
        }
    }
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t at = (((n * s.oc + oc0 + c) * s.od + od) * s.oh + oh) * s.ow;
      for (std::int64_t ow = 0; ow < s.ow; ++ow)
        o.out<float>()[at + ow] = finish(acc[c * row_stride() + ow], oc0 + c, at + ow);
    }
  }
}

float Conv::at(const Operands& o, std::int64_t index) const {
  const auto [n, oc, od, oh, ow] = ConvElement(s, index);
  const std::int64_t icg = s.ic / s.g, g = oc / (s.oc / s.g);
  const Taps planes = valid_taps(od, s.sd, s.pd, s.dd, s.kd, s.id);
  const Taps rows = valid_taps(oh, s.sh, s.ph, s.dh, s.kh, s.ih);
  const Taps cols = valid_taps(ow, s.sw, s.pw, s.dw, s.kw, s.iw);
  double sum = 0;
  for (std::int64_t ic = 0; ic < icg; ++ic)
    for (std::int64_t kd = planes.first; kd < planes.last; ++kd)
      for (std::int64_t kh = rows.first; kh < rows.last; ++kh)
        for (std::int64_t kw = cols.first; kw < cols.last; ++kw) {
          const std::int64_t id = od * s.sd - s.pd + kd * s.dd, ih = oh * s.sh - s.ph + kh * s.dh;
          const std::int64_t iw = ow * s.sw - s.pw + kw * s.dw;
          const double x = o.in<float>(0)[(((n * s.ic + g * icg + ic) * s.id + id) * s.ih + ih) * s.iw + iw];
          sum += x * o.in<float>(1)[(((oc * icg + ic) * s.kd + kd) * s.kh + kh) * s.kw + kw];
        }
  return ConvEpilogue(o, act)(sum, oc, index);
}

// Where windows are single pixels of an unpadded plane, the plane is one long row: fewer, longer loops, the
// same sums.
ConvShape with_long_rows(ConvShape s) {
  if (s.kh != 1 || s.kw != 1 || s.sh != 1 || s.sw != 1 || s.ph != 0 || s.pw != 0) return s;
  if (s.oh != s.ih || s.ow != s.iw) return s;
  s.iw = s.ow = s.oh * s.ow;
  s.ih = s.oh = 1;
  return s;
}

}  // namespace

Operation prepare_conv(const Problem& p) {
  if (p.attributes.has(kWinogradAttribute)) return prepare_transformed_conv(p);
  require_operands(p, 2, 4);
  require_type(p, DType::f32);
  const Conv conv{with_long_rows(conv_shape(p)), activation_of(p.attributes)};
  const ConvShape& s = conv.s;
  require_conv_operands(p, s);
  Operation operation;
  if (p.outputs[0].shape.elements() == 0) {
    operation.run = [](const Operands&) {};
    return operation;
  }
  operation.scratch_bytes = static_cast<std::size_t>(kChannels * conv.row_stride()) * sizeof(double);
  operation.at = [conv](const Operands& o, std::int64_t index) { return conv.at(o, index); };
  operation.run = [conv, stride = operation.scratch_bytes](const Operands& o) {
    const ConvShape& s = conv.s;
    o.pool.run(s.n * s.g * conv.channel_blocks() * s.od, [&](std::int64_t task, int worker) {
      conv.plane(o, task, reinterpret_cast<double*>(o.scratch + static_cast<std::size_t>(worker) * stride));
    });
  };
  return operation;
}

}  // namespace rt3d::kernels::ref
