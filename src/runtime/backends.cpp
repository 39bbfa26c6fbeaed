#include "runtime/backends.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "jit/jit.h"
#include "kernels/copy/copy.h"
#include "kernels/ref/ref.h"

namespace rt3d::runtime {
namespace {

bool always() { return true; }
std::span<const kernels::KernelFamily* const> no_families() { return {}; }

constexpr std::array kBackends{
    Backend{"cpu", "code generated for this CPU, the reference for the rest", jit::families,
            kernels::copy::families, kernels::ref::family, always},
    Backend{"reference", "the slow, simple reference alone", no_families, no_families, kernels::ref::family,
            always},
};

[[noreturn]] void refuse(const std::string& what) {
  std::string known;
  for (const Backend& row : kBackends) known += cat(known.empty() ? "" : ", ", "'", row.name, "'");
  fail(Code::invalid_argument, what, "; known are ", known);
}

}  // namespace

std::span<const Backend> backends() { return kBackends; }

const Backend& find_backend(std::string_view name) {
  const auto found =
      std::find_if(kBackends.begin(), kBackends.end(), [&](const Backend& row) { return row.name == name; });
  if (found == kBackends.end()) refuse(cat("unknown device '", name, "'"));
  if (!found->available())
    fail(Code::unsupported, "the device '", name, "' is not available on this machine");
  return *found;
}

std::vector<const Backend*> find_backends(std::string_view names) {
  std::vector<const Backend*> found;
  for (std::string_view rest = names;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = rest.substr(0, comma);
    if (name.empty()) refuse(cat("the list of devices '", names, "' has an empty name"));
    const Backend* backend = &find_backend(name);
    if (std::find(found.begin(), found.end(), backend) != found.end())
      refuse(cat("the list of devices '", names, "' names '", name, "' twice"));
    found.push_back(backend);
    if (comma == std::string_view::npos) return found;
    rest.remove_prefix(comma + 1);
  }
}

bool has_choices(std::span<const Backend* const> backends) {
  return std::any_of(backends.begin(), backends.end(),
                     [](const Backend* b) { return !b->families().empty(); });
}

}  // namespace rt3d::runtime
