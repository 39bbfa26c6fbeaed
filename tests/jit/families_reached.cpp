#include "jit/families_reached.h"

#include <doctest/doctest.h>

#include <string>

#include "jit/jit.h"

namespace rt3d::tests {

bool has_code_for(const kernels::KernelFamily& family, Isa isa) {
  return family.id().ends_with(cat('.', isa_name(isa))) &&
         (!family.traits().half_weights || device_with(isa).features.fp16);
}

void FamiliesReached::check(std::span<const Isa> isas, bool (*wanted)(std::string_view id)) const {
  for (const Isa isa : isas)
    for (const kernels::KernelFamily* family : jit::families()) {
      if (!has_code_for(*family, isa) || (wanted != nullptr && !wanted(family->id()))) continue;
      const std::string text = cat(family->id(), " supports none of the problems: nothing of it was tested");
      CHECK_MESSAGE(has(isa, *family), text);
    }
}

}  // namespace rt3d::tests
