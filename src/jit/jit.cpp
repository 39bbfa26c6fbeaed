#include "jit/jit.h"

#include <algorithm>
#include <span>
#include <vector>

#include "jit/direct/family.h"
#include "jit/direct/sparse.h"
#include "jit/direct_f16/family.h"
#include "jit/fc/dot.h"
#include "jit/fc/dot_f16.h"
#include "jit/fc/sparse.h"
#include "jit/fc/tile.h"
#include "jit/pixels/family.h"
#include "jit/quads/family.h"
#include "jit/rows/conv.h"
#include "jit/rows/pool.h"
#include "jit/stream/elementwise.h"
#include "jit/winograd/family.h"

namespace rt3d::jit {
namespace {

constexpr Isa kIsas[] = {Isa::avx512, Isa::avx2, Isa::neon};

struct Row {
  const kernels::KernelFamily& (*make)(Isa);
  std::span<const Isa> isas = kIsas;
};
constexpr Row kFamilies[] = {
    {conv_depthwise},
    {conv_grouped},
    {conv_direct},
    {conv_sparse},
    {conv_sparse_pixels, std::span(kIsas).first(2)},  // not on NEON, whose vectors are no wider than a group
    {conv_sparse_dot, std::span(kIsas).first(1)},     // needs vectors of 16
    {fc_dot},
    {fc_sparse},
    {fc_tile},
    {pool_window},
    {elementwise_stream},
};

}  // namespace

// One entry per family and instruction set; a family answers for its own set only.
std::span<const kernels::KernelFamily* const> families() {
  static const std::vector<const kernels::KernelFamily*> table = [] {
    std::vector<const kernels::KernelFamily*> rows;
    for (Isa isa : kIsas) {
      for (const Row& row : kFamilies)
        if (std::ranges::find(row.isas, isa) != row.isas.end()) rows.push_back(&row.make(isa));
      for (const kernels::KernelFamily* family : conv_winograd(isa)) rows.push_back(family);
    }
    for (auto* make : {conv_direct_f16, fc_dot_f16}) rows.push_back(&make());
    return rows;
  }();
  return table;
}

}  // namespace rt3d::jit
