// Which buffers a kernel was given, so that a number which it has computed can be made a wrong one.
#pragma once

#include "functions.h"

namespace rt3d::cl_faults {

void buffer_made(cl_mem buffer);
void memory_retained(cl_mem memory);
void memory_released(cl_mem memory);
void kernel_made(cl_kernel kernel);
void argument_set(cl_kernel kernel, cl_uint index, std::size_t size, const void* value);

// Waits for the queue, and makes so many floats in the middle of the kernel's result others. The result is the buffer set last of
// those that are neither CL_MEM_READ_ONLY nor, where the driver tells, const or constant to the kernel. False when there is none.
bool change_numbers(cl_command_queue queue, cl_kernel kernel, std::size_t count);

}  // namespace rt3d::cl_faults
