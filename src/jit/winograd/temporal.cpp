#include "jit/winograd/temporal.h"

#include "base/error.h"

namespace rt3d::jit {
namespace {

using kernels::Placement;

}  // namespace

WinogradTemporal::WinogradTemporal(const WinogradPlan& plan, const WinogradOperands& operands, Isa isa)
    : p_(plan),
      operands_(operands),
      input_(isa, input_shape(), &TransformShape::read, {{0, 1, 0, 1}},
             tile_runs(plan.tt, plan.method.t * plan.s.sd, plan.s.pd, plan.time->span, plan.s.id)),
      output_(isa, output_shape(), &TransformShape::write, {{0, 1, 0, 1}},
              tile_runs(plan.tt, plan.method.t, 0, plan.method.t, plan.s.od)) {}

TransformShape WinogradTemporal::input_shape() const {
  TransformShape t;
  t.label = cat("pack", p_.method.t, "k", p_.s.kd, "s", p_.s.sd);
  t.rows = &kernels::no_transform().input;
  t.cols = &p_.time->input;
  t.in = {0, bytes_of(spatial() ? p_.tiles * p_.lanes : operands_.in.d), bytes_of(p_.lanes)};
  t.out = {0, bytes_of(p_.v_q), bytes_of(p_.lanes)};
  t.write = {0, 1, 0, p_.time->n};
  return t;
}

TransformShape WinogradTemporal::output_shape() const {
  TransformShape t;
  t.label = cat("back", p_.method.t, "k", p_.s.kd, "s", p_.s.sd);
  t.rows = &kernels::no_transform().input;
  t.cols = &p_.time->output;
  t.in = {0, bytes_of(p_.r_q), bytes_of(p_.lanes)};
  t.out = {0, bytes_of(spatial() ? p_.tiles * p_.lanes : operands_.out.d), bytes_of(p_.lanes)};
  t.read = {0, 1, 0, p_.time->n};
  if (spatial()) return t;
  t.epilogue = true;
  t.has_residual = operands_.has_residual;
  if (t.has_residual) t.residual = {0, bytes_of(operands_.residual.d), bytes_of(p_.lanes)};
  t.activation = operands_.activation;
  return t;
}

void WinogradTemporal::run_input(const WinogradPlan::Block& b, const WinogradItem& item, const float* s,
                                 float* v) const {
  const Placement& in = operands_.in;
  const std::int64_t rows = gapless(in) ? 1 : b.y1 - b.y0;
  for (std::int64_t icb = 0; icb < p_.icb; ++icb)
    for (std::int64_t t = b.t0; t < b.t1; ++t) {
      const std::int64_t frame = t * p_.method.t * p_.s.sd - p_.s.pd;
      const float* source = spatial() ? s + icb * p_.s_icb + (frame - b.f0) * b.frame_stride
                                      : item.in + icb * in.c + frame * in.d + b.y0 * in.h;
      for (std::int64_t y = 0; y < rows; ++y) {
        TransformArgs a{};
        a.in = source + y * in.h;
        a.out = v + icb * p_.v_icb + ((t - b.t0) * b.tiles + y * p_.tx) * p_.lanes;
        a.count = b.tiles / rows;
        input_.code(0, input_.x_run(t)).call(&a);
      }
    }
}

void WinogradTemporal::run_output(const WinogradPlan::Block& b, const WinogradItem& item, const float* r,
                                  float* m) const {
  const Placement &out = operands_.out, &residual = operands_.residual;
  const std::int64_t rows = gapless(out) && (!item.residual || gapless(residual)) ? 1 : b.y1 - b.y0;
  for (std::int64_t ocb = 0; ocb < p_.ocb; ++ocb)
    for (std::int64_t t = b.t0; t < b.t1; ++t)
      for (std::int64_t y = 0; y < rows; ++y) {
        const std::int64_t frame = t * p_.method.t;
        const auto at = [&](const Placement& p) { return ocb * p.c + frame * p.d + (b.y0 + y) * p.h; };
        TransformArgs a{};
        a.in = r + ocb * p_.r_ocb + ((t - b.t0) * b.tiles + y * p_.tx) * p_.lanes;
        a.out = spatial() ? m + ocb * p_.m_ocb + (frame - b.o0) * b.frame_stride : item.out + at(out);
        a.bias = item.bias + ocb * p_.lanes;
        if (item.residual) a.residual = item.residual + at(residual);
        a.count = b.tiles / rows;
        output_.code(0, output_.x_run(t)).call(&a);
      }
}

}  // namespace rt3d::jit
