#include "jit/winograd/spatial.h"

#include "base/error.h"

namespace rt3d::jit {
namespace {

using kernels::Placement;

}  // namespace

WinogradSpatial::WinogradSpatial(const WinogradPlan& plan, const WinogradOperands& operands, Isa isa)
    : p_(plan),
      operands_(operands),
      input_(isa, input_shape(), &TransformShape::read,
             tile_runs(plan.ty, plan.method.s * plan.s.sh, plan.s.ph, plan.space->span, plan.s.ih),
             tile_runs(plan.tx, plan.method.s * plan.s.sh, plan.s.pw, plan.space->span, plan.s.iw)),
      output_(isa, output_shape(), &TransformShape::write,
              tile_runs(plan.ty, plan.method.s, 0, plan.method.s, plan.s.oh),
              tile_runs(plan.tx, plan.method.s, 0, plan.method.s, plan.s.ow)) {}

TransformShape WinogradSpatial::input_shape() const {
  const Placement& in = operands_.in;
  const int n = p_.space->n;
  TransformShape t;
  t.label = cat("in", p_.method.s, "k", p_.s.kh, "s", p_.s.sh);
  t.rows = t.cols = &p_.space->input;
  t.in = {bytes_of(in.h), bytes_of(in.block), bytes_of(p_.method.s * p_.s.sh * in.block)};
  t.out = {bytes_of(n * p_.s_point), bytes_of(p_.s_point), bytes_of(p_.lanes)};
  t.write = {0, n, 0, n};
  return t;
}

TransformShape WinogradSpatial::output_shape() const {
  const auto strides = [&](const Placement& p) {
    return TransformStrides{bytes_of(p.h), bytes_of(p.block), bytes_of(std::int64_t{p_.method.s} * p.block)};
  };
  const int n = p_.space->n;
  TransformShape t;
  t.label = cat("out", p_.method.s, "k", p_.s.kh, "s", p_.s.sh);
  t.rows = t.cols = &p_.space->output;
  t.in = {bytes_of(n * p_.m_point), bytes_of(p_.m_point), bytes_of(p_.lanes)};
  t.out = strides(operands_.out);
  t.read = {0, n, 0, n};
  t.epilogue = true;
  t.has_residual = operands_.has_residual;
  if (t.has_residual) t.residual = strides(operands_.residual);
  t.activation = operands_.activation;
  return t;
}

void WinogradSpatial::run_input(const WinogradPlan::Block& b, const WinogradItem& item, std::int64_t icb,
                                std::int64_t frame, float* s, float* scratch) const {
  const Placement& in = operands_.in;
  const std::int64_t step = p_.method.s * p_.s.sh;  // of a tile
  for (std::int64_t y = b.y0; y < b.y1; ++y)
    for (std::size_t run = 0; run < input_.x_runs().size(); ++run) {
      const TileRun& x = input_.x_runs()[run];
      TransformArgs t{};
      t.in = item.in + icb * in.c + (b.f0 + frame) * in.d + (y * step - p_.s.ph) * in.h +
             (x.first * step - p_.s.pw) * in.block;
      t.out = s + icb * p_.s_icb + frame * b.frame_stride + ((y - b.y0) * p_.tx + x.first) * p_.lanes;
      t.scratch = scratch;
      t.count = x.count;
      input_.code(y, run).call(&t);
    }
}

void WinogradSpatial::run_output(const WinogradPlan::Block& b, const WinogradItem& item, std::int64_t ocb,
                                 std::int64_t frame, const float* m, float* scratch) const {
  const int step = p_.method.s;
  for (std::int64_t y = b.y0; y < b.y1; ++y)
    for (std::size_t run = 0; run < output_.x_runs().size(); ++run) {
      const TileRun& x = output_.x_runs()[run];
      const auto at = [&](const Placement& p) {
        return ocb * p.c + (b.o0 + frame) * p.d + y * step * p.h + x.first * step * p.block;
      };
      TransformArgs t{};
      t.in = m + ocb * p_.m_ocb + frame * b.frame_stride + ((y - b.y0) * p_.tx + x.first) * p_.lanes;
      t.out = item.out + at(operands_.out);
      t.bias = item.bias + ocb * p_.lanes;
      if (item.residual) t.residual = item.residual + at(operands_.residual);
      t.scratch = scratch;
      t.count = x.count;
      output_.code(y, run).call(&t);
    }
}

}  // namespace rt3d::jit
