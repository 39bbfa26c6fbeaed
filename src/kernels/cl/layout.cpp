#include "kernels/cl/layout.h"

#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace rt3d::kernels::cl {

void add_tensor(Macros& macros, std::string_view name, const Shape& shape, const Placement& at, DType dtype) {
  const Dims5 s(shape);
  const auto add = [&](std::string_view what, std::int64_t value) {
    macros.add(cat(name, "_", what), value);
  };
  add("N", at.n);
  add("C", at.c);
  add("D", at.d);
  add("H", at.h);
  add("BLOCK", at.block);
  add("BLOCKS", blocks(s.c, at.block));
  if (dtype == DType::f16) add("HALF", 1);
}

void add_sizes(Macros& macros, const Shape& shape) {
  const Dims5 s(shape);
  macros.add("IC", s.c).add("ID", s.d).add("IH", s.h).add("IW", s.w);
}

void add_windows(Macros& macros, const ConvShape& s) {
  struct Size {
    std::string_view name;
    std::int64_t value;
  };
  for (const auto& [name, value] : std::array<Size, 18>{{{"ID", s.id},
                                                         {"IH", s.ih},
                                                         {"IW", s.iw},
                                                         {"OD", s.od},
                                                         {"OH", s.oh},
                                                         {"OW", s.ow},
                                                         {"KD", s.kd},
                                                         {"KH", s.kh},
                                                         {"KW", s.kw},
                                                         {"SD", s.sd},
                                                         {"SH", s.sh},
                                                         {"SW", s.sw},
                                                         {"PD", s.pd},
                                                         {"PH", s.ph},
                                                         {"PW", s.pw},
                                                         {"DD", s.dd},
                                                         {"DH", s.dh},
                                                         {"DW", s.dw}}})
    macros.add(name, value);
}

void add_activation(Macros& macros, const Activation& activation) {
  if (activation.act == Act::none) return;
  macros.add("ACT", cat("act_", act_name(activation.act)));
  const auto number = [&](std::string_view name, float value) {
    if (std::isinf(value))
      macros.add(name, std::string_view(value < 0 ? "-INFINITY" : "INFINITY"));
    else
      macros.add(name, static_cast<double>(value));
  };
  number("ACT_ALPHA", activation.alpha);
  number("ACT_BETA", activation.beta);
}

bool is_addressable(const Shape& shape) {
  if (shape.rank() < 2 || shape.rank() > 5 || shape.elements() <= 0) return false;
  constexpr double kHalo = 16;  // rows and columns on each side
  const Dims5 s(shape);
  double elements = static_cast<double>((blocks(s.c, kBlock) + 2) * kBlock);
  for (const std::int64_t size : {s.n, s.d}) elements *= static_cast<double>(size);
  for (const std::int64_t size : {s.h, s.w}) elements *= static_cast<double>(size) + kHalo;
  return elements < std::numeric_limits<std::int32_t>::max();
}

bool has_activation(const Activation& activation) {
  return !std::isnan(activation.alpha) && !std::isnan(activation.beta);
}

}  // namespace rt3d::kernels::cl
