// The OpenCL library of this machine, opened when it is first asked for: RT3D links none, and runs where there is none.
#pragma once

#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>

#include <string>

namespace rt3d::kernels::cl {

// The functions of OpenCL 1.2 that are used, without their "cl": Android's drivers of any age have them.
#define RT3D_CL_FUNCTIONS(X) \
  X(GetPlatformIDs)          \
  X(GetPlatformInfo)         \
  X(GetDeviceIDs)            \
  X(GetDeviceInfo)           \
  X(CreateContext)           \
  X(ReleaseContext)          \
  X(CreateCommandQueue)      \
  X(ReleaseCommandQueue)     \
  X(CreateBuffer)            \
  X(CreateImage)             \
  X(ReleaseMemObject)        \
  X(GetMemObjectInfo)        \
  X(CreateProgramWithSource) \
  X(CreateProgramWithBinary) \
  X(BuildProgram)            \
  X(GetProgramInfo)          \
  X(GetProgramBuildInfo)     \
  X(ReleaseProgram)          \
  X(CreateKernel)            \
  X(ReleaseKernel)           \
  X(GetKernelWorkGroupInfo)  \
  X(SetKernelArg)            \
  X(EnqueueNDRangeKernel)    \
  X(EnqueueReadBuffer)       \
  X(EnqueueWriteBuffer)      \
  X(EnqueueFillBuffer)       \
  X(EnqueueMapBuffer)        \
  X(EnqueueUnmapMemObject)   \
  X(Flush)                   \
  X(Finish)                  \
  X(WaitForEvents)           \
  X(GetEventProfilingInfo)   \
  X(ReleaseEvent)

struct Api {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a name can have none
#define RT3D_CL_MEMBER(name) decltype(&::cl##name) name = nullptr;
  RT3D_CL_FUNCTIONS(RT3D_CL_MEMBER)
#undef RT3D_CL_MEMBER
  std::string library;  // the file
};

// Of the file that RT3D_OPENCL_LIBRARY names, else of the first that can be opened of the names that systems give it. nullptr where
// there is none: `why` then says what was tried. Opened once, and never closed: drivers do not survive that.
const Api* find_api(std::string* why = nullptr);

}  // namespace rt3d::kernels::cl
