#include "jit/conv/geometry.h"

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Placement;

namespace {

bool flat_plane(const ConvShape& s) {
  return s.kh == 1 && s.kw == 1 && s.sh == 1 && s.sw == 1 && s.ph == 0 && s.pw == 0 && s.ih == s.oh &&
         s.iw == s.ow;
}
bool flat_depth(const ConvShape& s) { return s.kd == 1 && s.sd == 1 && s.pd == 0 && s.id == s.od; }

}  // namespace

bool is_plain_conv(const kernels::Problem& p) {
  if (p.op != "Conv" || p.inputs.size() < 2 || !p.inputs[1].constant || p.inputs[0].constant) return false;
  for (const kernels::Operand& in : p.inputs)
    if (!in.absent && (in.desc.dtype != DType::f32 || in.desc.shape.elements() == 0)) return false;
  if (p.has_input(2) && !p.inputs[2].constant) return false;
  if (p.has_input(3) && (p.inputs[3].constant || p.input_shape(3) != p.outputs[0].shape)) return false;
  return p.outputs[0].shape.elements() > 0;
}

kernels::Ports blocked_conv_ports(const kernels::Problem& p, int block) {
  const kernels::Port blocked{block, 0, 0};
  kernels::Ports ports{std::vector<kernels::Port>(p.inputs.size()), {blocked}};
  ports.inputs[0] = blocked;
  if (p.has_input(3)) ports.inputs[3] = blocked;
  return ports;
}

ConvShape flattened(const ConvShape& shape) {
  ConvShape s = shape;
  if (!flat_plane(s)) return s;
  s.iw = s.ow = s.oh * s.ow;
  s.ih = s.oh = 1;
  return s;
}

ConvGeometry flattened(ConvGeometry g, bool has_residual) {
  const auto all = [&](auto&& holds) {
    return holds(g.in) && holds(g.out) && (!has_residual || holds(g.residual));
  };
  const ConvShape s = g.s;
  if (!flat_plane(s) || !all([](const Placement& p) { return p.halo_h == 0 && p.halo_w == 0; })) return g;
  g.s.iw = g.s.ow = s.oh * s.ow;
  g.s.ih = g.s.oh = 1;
  // Whole clips only where no gap stands between planes.
  if (!flat_depth(s) || !all([&](const Placement& p) { return s.od == 1 || p.d == s.oh * s.ow * p.block; }))
    return g;
  g.s.iw = g.s.ow = s.od * g.s.ow;
  g.s.id = g.s.od = 1;
  return g;
}

}  // namespace rt3d::jit
