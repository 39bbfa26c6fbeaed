// The OpenCL backend: the families that compute on an OpenCL device, those that copy to, on and from it, and its engine.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/accelerator.h"
#include "kernels/engine.h"

namespace rt3d::kernels::cl {

std::span<const KernelFamily* const> families();
std::span<const KernelFamily* const> copies();

// The OpenCL devices of this machine, by their numbers (docs/opencl.md); the library is opened for that. Where there is none `why` says
// why.
std::vector<Accelerator> describe_devices(std::string& why);
// The device with that number; throws unsupported where there is none. `cpu` says the accuracy.
std::unique_ptr<Engine> make_engine(int number, const Target& cpu, ThreadPool& pool);

}  // namespace rt3d::kernels::cl
