// The table of backends: what a session's option `device` may name, and the kernel families each brings. A backend is one row.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "kernels/family.h"

namespace rt3d::runtime {

using Families = std::vector<const kernels::KernelFamily*>;

struct Backend {
  std::string_view name;
  std::string_view meaning;
  // Preferred families in the order in which equals are preferred, and those of copies between layouts; the fallback takes what
  // none of them supports.
  std::span<const kernels::KernelFamily* const> (*families)();
  std::span<const kernels::KernelFamily* const> (*copies)();
  const kernels::KernelFamily& (*fallback)();
  bool (*available)();  // on this machine
};

std::span<const Backend> backends();

// Throws invalid_argument naming the known backends, or unsupported when it is not available here.
const Backend& find_backend(std::string_view name);

// The families to choose from: the preferred ones that support the problem, else the fallback, else none.
Families supporting(const Backend& backend, const kernels::Problem& problem, const kernels::Target& target);

}  // namespace rt3d::runtime
