// Builds OpenCL C for one device.
#pragma once

#include <string>

#include "kernels/cl/device.h"
#include "kernels/cl/handle.h"
#include "kernels/cl/recipe.h"

namespace rt3d::kernels::cl {

// Throws device with the beginning of the driver's log; RT3D_DUMP keeps source, options and log in files.
Handle<cl_program> build_program(const ClDevice& device, cl_context context, const KernelCode& code);

// What every kernel is built with.
std::string build_options(const KernelCode& code, const Accelerator& description);

}  // namespace rt3d::kernels::cl
