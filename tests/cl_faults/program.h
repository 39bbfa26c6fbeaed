// A program of OpenCL's that a test can follow: a kernel that adds one, from the source or from a binary to the numbers.
#pragma once

#include <vector>

#include "functions.h"

namespace rt3d::cl_faults {

// The library's functions, by their names.
struct Library {
#define MEMBER(name, parameters, behaviour) decltype(&::name) name{};  // NOLINT(bugprone-macro-parentheses)
  RT3D_CL_FUNCTIONS(MEMBER)
#undef MEMBER
  long (*calls)(const char*) = nullptr;
};
extern Library cl;

bool open_library();  // as RT3D does; false when a function is missing

struct Device {
  cl_platform_id platform = nullptr;
  cl_device_id device = nullptr;
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;

  Device() = default;
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  cl_int open();  // the first error
};

inline constexpr std::size_t kCount = 64;

// What to[] holds after one run of the kernel on 0, 1, 2, …, and the first error on the way.
struct Sums {
  std::vector<float> values = std::vector<float>(kCount, -1);
  cl_int error = CL_SUCCESS;
  bool right() const;
};

Sums compute(const Device& d);
// By the bytes of a built program, as a cache of programs does it; the status of these bytes, too.
Sums compute_from_binary(const Device& d, cl_int& status);

}  // namespace rt3d::cl_faults
