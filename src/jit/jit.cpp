#include "jit/jit.h"

#include <array>
#include <vector>

#include "jit/conv_direct.h"
#include "jit/engine.h"

namespace rt3d::jit {

// One row per family and instruction set; a family answers for its own set only.
std::span<const kernels::KernelFamily* const> families() {
  static const std::vector<const kernels::KernelFamily*> table = [] {
    using Make = const kernels::KernelFamily& (*)(Isa);
    constexpr std::array<Make, 1> kFamilies{conv_direct};
    std::vector<const kernels::KernelFamily*> rows;
    for (Isa isa : {Isa::avx512, Isa::avx2, Isa::neon})
      for (Make make : kFamilies) rows.push_back(&make(isa));
    return rows;
  }();
  return table;
}

}  // namespace rt3d::jit
