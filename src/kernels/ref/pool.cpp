// MaxPool and AveragePool: for every n, c (a task), od, oh, ow: the kernel positions inside the input. A
// window's average divides by the positions inside the input or, with count_include_pad, inside the padded
// input. The maximum of a window without input is -infinity, its average 0; of one with a NaN both are NaN.
#include <algorithm>
#include <limits>

#include "kernels/conv_shape.h"
#include "kernels/extrema.h"
#include "kernels/ref/operators.h"

namespace rt3d::kernels::ref {
namespace {

struct Window {
  Taps d, h, w;
  std::int64_t id, ih, iw;  // input position of kernel position 0; may be negative
};

struct Pool {
  ConvShape s;
  bool average = false;
  bool count_pads = false;
  std::int64_t end_d = 0, end_h = 0,
               end_w = 0;  // end of the padded input, counted from the input's first element

  float value(const float* x, std::int64_t od, std::int64_t oh, std::int64_t ow) const;
  double average_of(const float* x, const Window& v) const;
  float maximum_of(const float* x, const Window& v) const;
  float at(const Operands& o, std::int64_t index) const;
};

// Kernel positions of one dimension before the end of the padded input.
std::int64_t counted(std::int64_t start, std::int64_t dilation, std::int64_t kernel, std::int64_t end) {
  return start >= end ? 0 : std::min(kernel, (end - 1 - start) / dilation + 1);
}

double Pool::average_of(const float* x, const Window& v) const {
  double sum = 0;
  for (std::int64_t kd = v.d.first; kd < v.d.last; ++kd)
    for (std::int64_t kh = v.h.first; kh < v.h.last; ++kh) {
      const float* row = x + ((v.id + kd * s.dd) * s.ih + v.ih + kh * s.dh) * s.iw;
      for (std::int64_t kw = v.w.first; kw < v.w.last; ++kw) sum += row[v.iw + kw * s.dw];
    }
  const std::int64_t inside = (v.d.last - v.d.first) * (v.h.last - v.h.first) * (v.w.last - v.w.first);
  const std::int64_t count = count_pads
                                 ? counted(v.id, s.dd, s.kd, end_d) * counted(v.ih, s.dh, s.kh, end_h) *
                                       counted(v.iw, s.dw, s.kw, end_w)
                                 : inside;
  return count ? sum / static_cast<double>(count) : 0.0;
}

float Pool::maximum_of(const float* x, const Window& v) const {
  float best = -std::numeric_limits<float>::infinity();
  for (std::int64_t kd = v.d.first; kd < v.d.last; ++kd)
    for (std::int64_t kh = v.h.first; kh < v.h.last; ++kh) {
      const float* row = x + ((v.id + kd * s.dd) * s.ih + v.ih + kh * s.dh) * s.iw;
      for (std::int64_t kw = v.w.first; kw < v.w.last; ++kw) best = larger(best, row[v.iw + kw * s.dw]);
    }
  return best;
}

float Pool::value(const float* x, std::int64_t od, std::int64_t oh, std::int64_t ow) const {
  const Window v{valid_taps(od, s.sd, s.pd, s.dd, s.kd, s.id),
                 valid_taps(oh, s.sh, s.ph, s.dh, s.kh, s.ih),
                 valid_taps(ow, s.sw, s.pw, s.dw, s.kw, s.iw),
                 od * s.sd - s.pd,
                 oh * s.sh - s.ph,
                 ow * s.sw - s.pw};
  return average ? static_cast<float>(average_of(x, v)) : maximum_of(x, v);
}

float Pool::at(const Operands& o, std::int64_t index) const {
  const std::int64_t plane = index / (s.ow * s.oh * s.od);
  return value(o.in<float>(0) + plane * s.id * s.ih * s.iw, index / (s.ow * s.oh) % s.od, index / s.ow % s.oh,
               index % s.ow);
}

Operation prepare_pool(const Problem& p, bool average) {
  require_operands(p, 1, 1);
  require_type(p, DType::f32);
  Pool pool;
  pool.s = conv_shape(p);
  pool.average = average;
  pool.count_pads = p.attributes.integer("count_include_pad", 0) != 0;
  const ConvShape& s = pool.s;
  require(p.outputs[0].shape[0] == s.n && s.oc == s.ic, p, "pooling keeps batch and channels");
  const auto spatial = static_cast<std::size_t>(p.input_shape(0).rank() - 2);
  const auto pads = p.attributes.integers("pads", std::vector<std::int64_t>(2 * spatial, 0));
  const auto back = [&](std::size_t from_end) {
    return from_end > spatial ? 0 : pads[2 * spatial - from_end];
  };
  pool.end_d = s.id + back(3);
  pool.end_h = s.ih + back(2);
  pool.end_w = s.iw + back(1);
  Operation operation;
  operation.at = [pool](const Operands& o, std::int64_t index) { return pool.at(o, index); };
  const bool empty = p.outputs[0].shape.elements() == 0;
  operation.run = [pool, planes = empty ? 0 : s.n * s.oc](const Operands& o) {
    const ConvShape& s = pool.s;
    o.pool.run(planes, [&](std::int64_t task, int) {
      const float* x = o.in<float>(0) + task * s.id * s.ih * s.iw;
      float* y = o.out<float>() + task * s.od * s.oh * s.ow;
      for (std::int64_t od = 0; od < s.od; ++od)
        for (std::int64_t oh = 0; oh < s.oh; ++oh)
          for (std::int64_t ow = 0; ow < s.ow; ++ow) *y++ = pool.value(x, od, oh, ow);
    });
  };
  return operation;
}

}  // namespace

Operation prepare_max_pool(const Problem& p) { return prepare_pool(p, false); }
Operation prepare_average_pool(const Problem& p) { return prepare_pool(p, true); }

}  // namespace rt3d::kernels::ref
