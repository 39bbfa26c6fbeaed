// How pooling and depthwise convolution walk an output: rows of pixels whose windows lie wholly inside the
// row take several pixels at once; pixels at the left and right borders go one by one with the shorter list
// of what is inside. Nothing is padded, so no operand needs a halo.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "jit/window.h"
#include "kernels/conv_shape.h"
#include "kernels/placement.h"

namespace rt3d::jit {

class WindowPlan {
 public:
  // `unit_bytes`: bytes of weights per kernel position (0 without weights); `rows`: most pixels at once.
  WindowPlan(Isa isa, const kernels::ConvShape& s, const kernels::Placement& in,
             const kernels::Placement& out, const kernels::Placement* residual, WindowShape shape, int rows,
             std::int64_t unit_bytes);

  // Computes output row (od, oh) of one channel block. `base` has a, c and residual at the block's element
  // (0, 0, 0), w and bias of the block; scale(taps) is called per distinct number of window positions inside
  // when the operation sums.
  template <typename Scale>
  void run_row(WindowArgs base, std::int64_t od, std::int64_t oh, const Scale& scale) const {
    const float* a = base.a + od_origin(od) + oh_origin(oh);
    float* c = base.c + od * out_.d + oh * out_.h;
    const float* residual = base.residual ? base.residual + od * residual_.d + oh * residual_.h : nullptr;
    for (const Piece& piece : pieces_) {
      const int d_class = d_class_[static_cast<std::size_t>(od)],
                h_class = h_class_[static_cast<std::size_t>(oh)];
      const int index = (d_class * h_classes_ + h_class) * w_classes_ + piece.w_class;
      const List& list = lists_[static_cast<std::size_t>(index)];
      base.a = a + (piece.ow * s_.sw - s_.pw) * in_.block;
      base.c = c + piece.ow * out_.block;
      if (residual) base.residual = residual + piece.ow * residual_.block;
      base.units = units_.data() + list.first;
      base.unit_count = list.count;
      base.scale = scale(od, oh, piece.ow, list.count);
      code_[static_cast<std::size_t>(piece.code)]->call(&base);
    }
  }

 private:
  struct Piece {
    std::int64_t ow;
    int code, w_class;
  };
  struct List {
    std::size_t first;
    std::int64_t count;
  };

  std::int64_t od_origin(std::int64_t od) const { return (od * s_.sd - s_.pd) * in_.d; }
  std::int64_t oh_origin(std::int64_t oh) const { return (oh * s_.sh - s_.ph) * in_.h; }

  kernels::ConvShape s_;
  kernels::Placement in_, out_, residual_;
  std::vector<std::shared_ptr<const Code>> code_;
  std::vector<Piece> pieces_;           // of one output row
  std::vector<int> d_class_, h_class_;  // by od; by oh
  int h_classes_ = 0, w_classes_ = 0;
  std::vector<List> lists_;  // [d class][h class][w class]
  std::vector<Unit> units_;
};

}  // namespace rt3d::jit
