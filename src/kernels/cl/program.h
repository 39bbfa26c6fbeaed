// Builds OpenCL C for one device.
#pragma once

#include <string>

#include "kernels/cl/device.h"
#include "kernels/cl/handle.h"
#include "kernels/cl/recipe.h"

namespace rt3d::kernels::cl {

// Throws device with the beginning of the driver's log. RT3D_DUMP keeps source with options, and the log, in files: <kernel>-<checksum>.cl and
// .log, of what does not compile, too.
Handle<cl_program> build_program(const ClDevice& device, cl_context context, const KernelCode& code);
// The same files of one that was made of a binary.
void dump_source(const ClDevice& device, const KernelCode& code);
// RT3D_DUMP: what binary_of() gives, <kernel>-<checksum>.bin beside the source.
void dump_binary(const ClDevice& device, cl_program program, const KernelCode& code);

// The driver's machine code, or what it has instead; empty where it gives none. Mali makes it when a kernel is made, not before.
Bytes binary_of(const Api& api, cl_program program);

// What every kernel is built with.
std::string build_options(const KernelCode& code, const Accelerator& description);

}  // namespace rt3d::kernels::cl
