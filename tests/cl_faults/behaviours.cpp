#include "behaviours.h"

#include <cstdlib>
#include <string>
#include <thread>

#include "calls.h"
#include "kernel_arguments.h"

namespace rt3d::cl_faults {
namespace {

constexpr cl_int kNoPlatform =
    -1001;  // CL_PLATFORM_NOT_FOUND_KHR, what the loader of OpenCL's drivers answers
constexpr char kLog[] =
    "<source>:3:1: error: made up by rt3d-cl-faults\n"
    "1 error generated.\n";

void wait(std::chrono::milliseconds time) {
  if (time.count() == 0) return;
  count_fault();
  std::this_thread::sleep_for(time);
}

// A query that the file of `describe` answers; the real function, bound to what it is asked about, answers others.
template <typename Real>
cl_int described(const Faults& faults, cl_uint query, std::size_t size, void* value, std::size_t* size_needed,
                 Real&& real) {
  cl_int status = CL_SUCCESS;
  if (!faults.description.answers(query, size, value, size_needed, status))
    return real(query, size, value, size_needed);
  count_fault();
  return status;
}

}  // namespace

cl_int get_platforms(const Faults& faults, decltype(&clGetPlatformIDs) real, cl_uint room,
                     cl_platform_id* platforms, cl_uint* count) {
  if (real && !faults.no_platforms) return real(room, platforms, count);
  if (real) count_fault();
  if (count) *count = 0;
  return kNoPlatform;
}

cl_int get_platform_info(const Faults& faults, decltype(&clGetPlatformInfo) real, cl_platform_id platform,
                         cl_platform_info query, std::size_t size, void* value, std::size_t* size_needed) {
  return described(faults, query, size, value, size_needed,
                   [&](auto... asked) { return real(platform, asked...); });
}

cl_int get_devices(const Faults& faults, decltype(&clGetDeviceIDs) real, cl_platform_id platform,
                   cl_device_type type, cl_uint room, cl_device_id* devices, cl_uint* count) {
  if (!faults.no_devices) return real(platform, type, room, devices, count);
  count_fault();
  if (count) *count = 0;
  return CL_DEVICE_NOT_FOUND;
}

cl_int get_device_info(const Faults& faults, decltype(&clGetDeviceInfo) real, cl_device_id device,
                       cl_device_info query, std::size_t size, void* value, std::size_t* size_needed) {
  return described(faults, query, size, value, size_needed,
                   [&](auto... asked) { return real(device, asked...); });
}

cl_mem create_buffer(const Faults&, decltype(&clCreateBuffer) real, cl_context context, cl_mem_flags flags,
                     std::size_t size, void* host, cl_int* error) {
  const cl_mem buffer = real(context, flags, size, host, error);
  if (buffer) buffer_made(buffer);
  return buffer;
}

cl_mem create_sub_buffer(const Faults&, decltype(&clCreateSubBuffer) real, cl_mem parent, cl_mem_flags flags,
                         cl_buffer_create_type type, const void* what, cl_int* error) {
  const cl_mem buffer = real(parent, flags, type, what, error);
  if (buffer) buffer_made(buffer);
  return buffer;
}

cl_int retain_memory(const Faults&, decltype(&clRetainMemObject) real, cl_mem memory) {
  const cl_int status = real(memory);
  if (status == CL_SUCCESS) memory_retained(memory);
  return status;
}

// Before the real one: its address may be another buffer's right afterwards.
cl_int release_memory(const Faults&, decltype(&clReleaseMemObject) real, cl_mem memory) {
  memory_released(memory);
  return real(memory);
}

cl_program create_program_of_binary(const Faults& faults, decltype(&clCreateProgramWithBinary) real,
                                    cl_context context, cl_uint count, const cl_device_id* devices,
                                    const std::size_t* sizes, const unsigned char** binaries, cl_int* status,
                                    cl_int* error) {
  if (faults.binary_crash) {
    count_fault();
    write_counts();
    std::abort();
  }
  if (!faults.binary_wrong) return real(context, count, devices, sizes, binaries, status, error);
  count_fault();
  for (cl_uint i = 0; status && i < count; ++i) status[i] = CL_INVALID_BINARY;
  if (error) *error = CL_INVALID_BINARY;
  return nullptr;
}

cl_int build_program(const Faults& faults, decltype(&clBuildProgram) real, cl_program program, cl_uint count,
                     const cl_device_id* devices, const char* options,
                     void(CL_CALLBACK* notify)(cl_program, void*), void* data) {
  wait(faults.hang_build);
  // So that the driver tells which arguments are results.
  const std::string told = std::string(options ? options : "") + (faults.wrong_numbers > 0 ? " -cl-kernel-arg-info" : "");
  if (!faults.build_log) return real(program, count, devices, told.c_str(), notify, data);
  count_fault();
  if (notify) notify(program, data);
  return CL_BUILD_PROGRAM_FAILURE;
}

cl_int get_program_build_info(const Faults& faults, decltype(&clGetProgramBuildInfo) real, cl_program program,
                              cl_device_id device, cl_program_build_info query, std::size_t size, void* value,
                              std::size_t* size_needed) {
  if (faults.build_log && query == CL_PROGRAM_BUILD_LOG)
    return give(kLog, sizeof kLog, size, value, size_needed);
  constexpr cl_build_status kFailed = CL_BUILD_ERROR;
  if (faults.build_log && query == CL_PROGRAM_BUILD_STATUS)
    return give(&kFailed, sizeof kFailed, size, value, size_needed);
  return real(program, device, query, size, value, size_needed);
}

cl_kernel create_kernel(const Faults&, decltype(&clCreateKernel) real, cl_program program, const char* name,
                        cl_int* error) {
  const cl_kernel kernel = real(program, name, error);
  if (kernel) kernel_made(kernel);
  return kernel;
}

cl_int get_kernel_work_group_info(const Faults& faults, decltype(&clGetKernelWorkGroupInfo) real,
                                  cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info query,
                                  std::size_t size, void* value, std::size_t* size_needed) {
  return described(faults, query, size, value, size_needed,
                   [&](auto... asked) { return real(kernel, device, asked...); });
}

cl_int set_kernel_arg(const Faults&, decltype(&clSetKernelArg) real, cl_kernel kernel, cl_uint index,
                      std::size_t size, const void* value) {
  const cl_int status = real(kernel, index, size, value);
  if (status == CL_SUCCESS) argument_set(kernel, index, size, value);
  return status;
}

cl_int enqueue_kernel(const Faults& faults, decltype(&clEnqueueNDRangeKernel) real, cl_command_queue queue,
                      cl_kernel kernel, cl_uint dimensions, const std::size_t* offset,
                      const std::size_t* global, const std::size_t* local, cl_uint events,
                      const cl_event* wait_for, cl_event* event) {
  wait(faults.slow_kernels);
  const cl_int status = real(queue, kernel, dimensions, offset, global, local, events, wait_for, event);
  if (status == CL_SUCCESS && change_numbers(queue, kernel, faults.wrong_numbers)) count_fault();
  return status;
}

cl_int finish(const Faults& faults, decltype(&clFinish) real, cl_command_queue queue) {
  wait(faults.slow_kernels);
  return real(queue);
}

}  // namespace rt3d::cl_faults
