#include "program.h"

#include <dlfcn.h>

#include <cstdio>

namespace rt3d::cl_faults {
namespace {

constexpr const char* kSource =
    "kernel void add_one(global float* to, global const float* from, global float* ones) {"
    "  size_t i = get_global_id(0); to[i] = from[i] + ones[i]; }";

struct Buffers {
  cl_mem whole = nullptr, to = nullptr, from = nullptr, ones = nullptr;
};

// The result is a part of a buffer. It is not the last that the kernel gets, but of the others one is const to the kernel, and one is
// read-only by its flags.
Buffers make_buffers(const Device& d, cl_int& error) {
  Buffers b;
  const cl_buffer_region half{kCount * sizeof(float), kCount * sizeof(float)};
  std::vector<float> ones(kCount, 1);
  b.whole = cl.clCreateBuffer(d.context, CL_MEM_READ_WRITE, 2 * half.size, nullptr, &error);
  if (b.whole) b.to = cl.clCreateSubBuffer(b.whole, 0, CL_BUFFER_CREATE_TYPE_REGION, &half, &error);
  if (b.to) b.from = cl.clCreateBuffer(d.context, CL_MEM_READ_WRITE, half.size, nullptr, &error);
  if (b.from)
    b.ones =
        cl.clCreateBuffer(d.context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, half.size, ones.data(), &error);
  return b;
}

cl_int run_kernel(const Device& d, cl_kernel kernel, const Buffers& b, std::vector<float>& values) {
  const std::size_t bytes = kCount * sizeof(float), count = kCount;
  std::vector<float> numbers(kCount);
  for (std::size_t i = 0; i < kCount; ++i) numbers[i] = static_cast<float>(i);
  cl_int error = cl.clSetKernelArg(kernel, 0, sizeof(cl_mem), &b.to);
  if (error == CL_SUCCESS) error = cl.clSetKernelArg(kernel, 1, sizeof(cl_mem), &b.from);
  if (error == CL_SUCCESS) error = cl.clSetKernelArg(kernel, 2, sizeof(cl_mem), &b.ones);
  if (error == CL_SUCCESS)
    error = cl.clEnqueueWriteBuffer(d.queue, b.from, CL_TRUE, 0, bytes, numbers.data(), 0, nullptr, nullptr);
  if (error == CL_SUCCESS)
    error = cl.clEnqueueNDRangeKernel(d.queue, kernel, 1, nullptr, &count, nullptr, 0, nullptr, nullptr);
  if (error == CL_SUCCESS) error = cl.clFinish(d.queue);
  if (error == CL_SUCCESS)
    error = cl.clEnqueueReadBuffer(d.queue, b.to, CL_TRUE, 0, bytes, values.data(), 0, nullptr, nullptr);
  return error;
}

Sums add_one(const Device& d, cl_program program) {
  Sums sums;
  Buffers b;
  const cl_kernel kernel = cl.clCreateKernel(program, "add_one", &sums.error);
  if (kernel) b = make_buffers(d, sums.error);
  if (b.ones) sums.error = run_kernel(d, kernel, b, sums.values);
  for (const cl_mem memory : {b.to, b.whole, b.from, b.ones})
    if (memory) cl.clReleaseMemObject(memory);
  if (kernel) cl.clReleaseKernel(kernel);
  return sums;
}

}  // namespace

Library cl;

bool open_library() {
  void* library = dlopen(RT3D_CL_FAULTS, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    std::printf("%s\n", dlerror());
    return false;
  }
#define FIND(name, parameters, behaviour) \
  cl.name = reinterpret_cast<decltype(cl.name)>(dlsym(library, #name));
  RT3D_CL_FUNCTIONS(FIND)
#undef FIND
  cl.calls = reinterpret_cast<decltype(cl.calls)>(dlsym(library, "rt3d_cl_faults_calls"));
  bool all = cl.calls != nullptr;
#define IS_THERE(name, parameters, behaviour) all = all && cl.name != nullptr;
  RT3D_CL_FUNCTIONS(IS_THERE)
#undef IS_THERE
  return all;
}

cl_int Device::open() {
  cl_int error = cl.clGetPlatformIDs(1, &platform, nullptr);
  if (error == CL_SUCCESS) error = cl.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr);
  if (error == CL_SUCCESS) context = cl.clCreateContext(nullptr, 1, &device, nullptr, nullptr, &error);
  if (error == CL_SUCCESS) queue = cl.clCreateCommandQueue(context, device, 0, &error);
  return error;
}

Device::~Device() {
  if (queue) cl.clReleaseCommandQueue(queue);
  if (context) cl.clReleaseContext(context);
}

bool Sums::right() const {
  for (std::size_t i = 0; i < kCount; ++i)
    if (values[i] != static_cast<float>(i) + 1) return false;
  return error == CL_SUCCESS;
}

Sums compute(const Device& d) {
  Sums sums;
  const char* source = kSource;
  const cl_program program = cl.clCreateProgramWithSource(d.context, 1, &source, nullptr, &sums.error);
  if (sums.error == CL_SUCCESS)
    sums.error = cl.clBuildProgram(program, 1, &d.device, "-cl-kernel-arg-info", nullptr, nullptr);
  if (sums.error == CL_SUCCESS) sums = add_one(d, program);
  if (program) cl.clReleaseProgram(program);
  return sums;
}

Sums compute_from_binary(const Device& d, cl_int& status) {
  Sums sums;
  const char* source = kSource;
  const cl_program built = cl.clCreateProgramWithSource(d.context, 1, &source, nullptr, &sums.error);
  if (!built) return sums;
  std::size_t size = 0;
  sums.error = cl.clBuildProgram(built, 1, &d.device, "", nullptr, nullptr);
  cl.clGetProgramInfo(built, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, nullptr);
  std::vector<unsigned char> bytes(size);
  unsigned char* to = bytes.data();
  cl.clGetProgramInfo(built, CL_PROGRAM_BINARIES, sizeof to, static_cast<void*>(&to), nullptr);
  cl.clReleaseProgram(built);
  const unsigned char* from = bytes.data();
  const cl_program program =
      cl.clCreateProgramWithBinary(d.context, 1, &d.device, &size, &from, &status, &sums.error);
  if (sums.error == CL_SUCCESS) sums.error = cl.clBuildProgram(program, 1, &d.device, "", nullptr, nullptr);
  if (sums.error == CL_SUCCESS) sums = add_one(d, program);
  if (program) cl.clReleaseProgram(program);
  return sums;
}

}  // namespace rt3d::cl_faults
