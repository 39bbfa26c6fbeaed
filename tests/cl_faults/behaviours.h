// What happens to calls for which something else than an error may be asked. A behaviour gets the faults that hold, the real function
// and the call's arguments; `real` is there, but for get_platforms.
#pragma once

#include <tuple>

#include "faults.h"

namespace rt3d::cl_faults {

struct Pass {
  template <typename Result, typename... Parameters>
  Result operator()(const Faults&, Result (*real)(Parameters...), Parameters... arguments) const {
    return real(arguments...);
  }
};
inline constexpr Pass pass;

template <typename Type>
struct Signature;
template <typename R, typename... Parameters>
struct Signature<R(Parameters...)> {
  using Result = R;
  template <std::size_t i>
  using Parameter = std::tuple_element_t<i, std::tuple<Parameters...>>;
  using Behaviour = R(const Faults&, R (*real)(Parameters...), Parameters...);
};

#define RT3D_CL_BEHAVIOUR(function, behaviour) Signature<decltype(::function)>::Behaviour behaviour
RT3D_CL_BEHAVIOUR(clGetPlatformIDs, get_platforms);
RT3D_CL_BEHAVIOUR(clGetPlatformInfo, get_platform_info);
RT3D_CL_BEHAVIOUR(clGetDeviceIDs, get_devices);
RT3D_CL_BEHAVIOUR(clGetDeviceInfo, get_device_info);
RT3D_CL_BEHAVIOUR(clCreateBuffer, create_buffer);
RT3D_CL_BEHAVIOUR(clCreateSubBuffer, create_sub_buffer);
RT3D_CL_BEHAVIOUR(clRetainMemObject, retain_memory);
RT3D_CL_BEHAVIOUR(clReleaseMemObject, release_memory);
RT3D_CL_BEHAVIOUR(clCreateProgramWithBinary, create_program_of_binary);
RT3D_CL_BEHAVIOUR(clBuildProgram, build_program);
RT3D_CL_BEHAVIOUR(clGetProgramBuildInfo, get_program_build_info);
RT3D_CL_BEHAVIOUR(clCreateKernel, create_kernel);
RT3D_CL_BEHAVIOUR(clGetKernelWorkGroupInfo, get_kernel_work_group_info);
RT3D_CL_BEHAVIOUR(clSetKernelArg, set_kernel_arg);
RT3D_CL_BEHAVIOUR(clEnqueueNDRangeKernel, enqueue_kernel);
RT3D_CL_BEHAVIOUR(clFinish, finish);
#undef RT3D_CL_BEHAVIOUR

}  // namespace rt3d::cl_faults
