// What drivers do wrong or say wrongly, by maker, model and driver version: one row each, with its reason and its source.
#pragma once

#include <span>
#include <string_view>

#include "base/accelerator.h"

namespace rt3d::kernels::cl {

struct Quirk {
  std::string_view name;
  bool (*applies)(const Accelerator&);
  void (*mend)(Accelerator&);
  std::string_view reason, source;
};

std::span<const Quirk> quirks();

// Changes the description to what can be relied on.
void apply_quirks(Accelerator& accelerator);

}  // namespace rt3d::kernels::cl
