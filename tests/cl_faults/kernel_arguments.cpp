#include "kernel_arguments.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

namespace rt3d::cl_faults {
namespace {

struct Argument {
  cl_uint index;
  cl_mem buffer;
};

struct State {
  std::mutex mutex;
  std::map<cl_mem, int> buffers;  // and how many references the program has to each
  std::map<cl_kernel, std::vector<Argument>>
      arguments;  // those that are buffers, the one set last at the end
};

State& state() {
  static State& it = *new State;  // never destroyed, like that of calls.cpp
  return it;
}

bool is_read_only(cl_mem buffer) {
  cl_mem_flags flags = 0;
  RT3D_CL_REAL(clGetMemObjectInfo)(buffer, CL_MEM_FLAGS, sizeof flags, &flags, nullptr);
  return (flags & CL_MEM_READ_ONLY) != 0;
}

// Drivers need not know it, unless the program was built with -cl-kernel-arg-info.
bool is_const(cl_kernel kernel, cl_uint index) {
  const auto ask = RT3D_CL_REAL(clGetKernelArgInfo);
  cl_kernel_arg_type_qualifier type = CL_KERNEL_ARG_TYPE_NONE;
  cl_kernel_arg_address_qualifier address = CL_KERNEL_ARG_ADDRESS_GLOBAL;
  if (!ask) return false;
  ask(kernel, index, CL_KERNEL_ARG_TYPE_QUALIFIER, sizeof type, &type, nullptr);
  ask(kernel, index, CL_KERNEL_ARG_ADDRESS_QUALIFIER, sizeof address, &address, nullptr);
  return (type & CL_KERNEL_ARG_TYPE_CONST) != 0 || address == CL_KERNEL_ARG_ADDRESS_CONSTANT;
}

cl_mem result_of(cl_kernel kernel) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const std::vector<Argument>& arguments = s.arguments[kernel];
  for (auto it = arguments.rbegin(); it != arguments.rend(); ++it)
    if (s.buffers.contains(it->buffer) && !is_read_only(it->buffer) && !is_const(kernel, it->index))
      return it->buffer;
  return nullptr;
}

float another(float number) { return std::isfinite(number) ? number + 1 + std::fabs(number) : 1; }

}  // namespace

void buffer_made(cl_mem buffer) {
  const std::lock_guard lock(state().mutex);
  state().buffers[buffer] = 1;
}

void memory_retained(cl_mem memory) {
  const std::lock_guard lock(state().mutex);
  if (const auto found = state().buffers.find(memory); found != state().buffers.end()) ++found->second;
}

void memory_released(cl_mem memory) {
  const std::lock_guard lock(state().mutex);
  const auto found = state().buffers.find(memory);
  if (found != state().buffers.end() && --found->second == 0) state().buffers.erase(found);
}

// It may have the address of one that is gone.
void kernel_made(cl_kernel kernel) {
  const std::lock_guard lock(state().mutex);
  state().arguments.erase(kernel);
}

void argument_set(cl_kernel kernel, cl_uint index, std::size_t size, const void* value) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  std::vector<Argument>& arguments = s.arguments[kernel];
  std::erase_if(arguments, [&](const Argument& argument) { return argument.index == index; });
  cl_mem buffer = nullptr;
  if (!value || size != sizeof(cl_mem)) return;
  std::memcpy(&buffer, value, sizeof(cl_mem));
  if (s.buffers.contains(buffer))
    arguments.push_back({index, buffer});  // a number of 8 bytes is none of them
}

bool change_numbers(cl_command_queue queue, cl_kernel kernel, std::size_t count) {
  const cl_mem buffer = count > 0 ? result_of(kernel) : nullptr;
  std::size_t bytes = 0;
  if (!buffer) return false;
  RT3D_CL_REAL(clGetMemObjectInfo)(buffer, CL_MEM_SIZE, sizeof bytes, &bytes, nullptr);
  const std::size_t all = bytes / sizeof(float);
  if (all == 0) return false;
  std::vector<float> numbers(std::min(count, all));
  const std::size_t first = (all / 2 - numbers.size() / 2) * sizeof(float), size = numbers.size() * sizeof(float);
  // The queue may be one that does not keep the order.
  if (RT3D_CL_REAL(clFinish)(queue) != CL_SUCCESS ||
      RT3D_CL_REAL(clEnqueueReadBuffer)(queue, buffer, CL_TRUE, first, size, numbers.data(), 0, nullptr, nullptr) !=
          CL_SUCCESS)
    return false;
  for (float& number : numbers) number = another(number);
  return RT3D_CL_REAL(clEnqueueWriteBuffer)(queue, buffer, CL_TRUE, first, size, numbers.data(), 0, nullptr,
                                            nullptr) == CL_SUCCESS;
}

}  // namespace rt3d::cl_faults
