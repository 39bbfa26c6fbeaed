// The real library: of its own name, or the file in RT3D_TEST_CL_REAL. Never closed: drivers do not survive that.
#include <dlfcn.h>

#include <array>
#include <cstdlib>

#include "functions.h"

namespace rt3d::cl_faults {
namespace {

std::array<void*, kFunctions> load() {
  std::array<void*, kFunctions> addresses{};
  const char* named = std::getenv("RT3D_TEST_CL_REAL");
  // Local: its functions have the names of ours, and neither library may take the other's for its own.
  void* library = dlopen(named && *named ? named : "libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) return addresses;
  for (std::size_t i = 0; i < kFunctions; ++i) addresses[i] = dlsym(library, kNames[i]);
  return addresses;
}

}  // namespace

void* real_address(Function function) {
  static const std::array<void*, kFunctions> addresses = load();
  return addresses[static_cast<std::size_t>(function)];
}

}  // namespace rt3d::cl_faults
