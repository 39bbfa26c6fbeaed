// One immutable instance of a family per instruction set.
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

template <typename Family>
const kernels::KernelFamily& per_isa(Isa isa) {
  static const Family avx2(Isa::avx2), avx512(Isa::avx512), neon(Isa::neon);
  return isa == Isa::avx2 ? avx2 : isa == Isa::avx512 ? avx512 : neon;
}

}  // namespace rt3d::jit
