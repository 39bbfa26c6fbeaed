// What OpenCL's functions return, as errors with words.
#pragma once

#include <string>

#include "kernels/cl/loader.h"

namespace rt3d::kernels::cl {

std::string status_name(cl_int status);  // "CL_OUT_OF_RESOURCES", "-1234" for one that has no row

// Throws out_of_memory or device for anything but CL_SUCCESS, with what was tried.
void check(cl_int status, const std::string& what);

}  // namespace rt3d::kernels::cl
