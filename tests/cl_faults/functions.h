// The functions of OpenCL 1.2 that RT3D calls, and how the library reaches the real ones.
#pragma once

// A library's own declarations would be hidden like all else here, but these it exports.
#pragma GCC visibility push(default)
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#pragma GCC visibility pop

#include <cstddef>

// Name, number of parameters, and what happens to a call that is not answered with an error (behaviours.h): `pass` hands it on.
// A function that RT3D starts to use needs its row here and nothing else.
#define RT3D_CL_FUNCTIONS(X)                                 \
  X(clGetPlatformIDs, 3, get_platforms)                      \
  X(clGetPlatformInfo, 5, get_platform_info)                 \
  X(clGetDeviceIDs, 5, get_devices)                          \
  X(clGetDeviceInfo, 5, get_device_info)                     \
  X(clCreateContext, 6, pass)                                \
  X(clReleaseContext, 1, pass)                               \
  X(clCreateCommandQueue, 4, pass)                           \
  X(clReleaseCommandQueue, 1, pass)                          \
  X(clCreateBuffer, 5, create_buffer)                        \
  X(clCreateSubBuffer, 5, create_sub_buffer)                 \
  X(clCreateImage, 6, pass)                                  \
  X(clRetainMemObject, 1, retain_memory)                     \
  X(clReleaseMemObject, 1, release_memory)                   \
  X(clGetMemObjectInfo, 5, pass)                             \
  X(clCreateProgramWithSource, 5, pass)                      \
  X(clCreateProgramWithBinary, 7, create_program_of_binary)  \
  X(clBuildProgram, 6, build_program)                        \
  X(clGetProgramInfo, 5, pass)                               \
  X(clGetProgramBuildInfo, 6, get_program_build_info)        \
  X(clReleaseProgram, 1, pass)                               \
  X(clCreateKernel, 3, create_kernel)                        \
  X(clGetKernelInfo, 5, pass)                                \
  X(clGetKernelArgInfo, 6, pass)                             \
  X(clGetKernelWorkGroupInfo, 6, get_kernel_work_group_info) \
  X(clSetKernelArg, 4, set_kernel_arg)                       \
  X(clReleaseKernel, 1, pass)                                \
  X(clEnqueueNDRangeKernel, 9, enqueue_kernel)               \
  X(clEnqueueReadBuffer, 9, pass)                            \
  X(clEnqueueWriteBuffer, 9, pass)                           \
  X(clEnqueueCopyBuffer, 9, pass)                            \
  X(clEnqueueFillBuffer, 9, pass)                            \
  X(clEnqueueMapBuffer, 10, pass)                            \
  X(clEnqueueUnmapMemObject, 6, pass)                        \
  X(clFlush, 1, pass)                                        \
  X(clFinish, 1, finish)                                     \
  X(clWaitForEvents, 2, pass)                                \
  X(clGetEventInfo, 5, pass)                                 \
  X(clGetEventProfilingInfo, 5, pass)                        \
  X(clReleaseEvent, 1, pass)                                 \
  X(clGetExtensionFunctionAddressForPlatform, 2, pass)

namespace rt3d::cl_faults {

enum class Function : int {
#define RT3D_CL_ENUMERATOR(name, parameters, behaviour) name,
  RT3D_CL_FUNCTIONS(RT3D_CL_ENUMERATOR)
#undef RT3D_CL_ENUMERATOR
};

inline constexpr const char* kNames[] = {
#define RT3D_CL_NAME(name, parameters, behaviour) #name,
    RT3D_CL_FUNCTIONS(RT3D_CL_NAME)
#undef RT3D_CL_NAME
};
inline constexpr std::size_t kFunctions = sizeof kNames / sizeof *kNames;

void* real_address(
    Function function);  // in the real library; nullptr when there is none, or it lacks the function

// The real function, for work of the library's own: counted nowhere.
#define RT3D_CL_REAL(name) reinterpret_cast<decltype(&::name)>(real_address(Function::name))

}  // namespace rt3d::cl_faults
