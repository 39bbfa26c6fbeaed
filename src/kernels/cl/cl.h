// The OpenCL backend: the families that compute on an OpenCL device, those that copy to, on and from it, and its engine.
#pragma once

#include <memory>
#include <span>

#include "kernels/engine.h"

namespace rt3d::kernels::cl {

std::span<const KernelFamily* const> families();
std::span<const KernelFamily* const> copies();

// Whether this machine has an OpenCL device; the library is opened for that.
bool is_available();
// The device with that number (docs/opencl.md); throws unsupported where there is none. `cpu` says the accuracy.
std::unique_ptr<Engine> make_engine(int number, const Target& cpu, ThreadPool& pool);

}  // namespace rt3d::kernels::cl
