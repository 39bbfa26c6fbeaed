// What RT3D_TEST_CL_FAULTS asks for (README.md has the words).
#pragma once

#include <array>
#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "description.h"
#include "functions.h"

namespace rt3d::cl_faults {

struct Faults {
  struct Error {
    long call;  // 1 is the first since the text was set; kEvery
    cl_int error;
  };
  static constexpr long kEvery = 0;
  static constexpr long kNever = std::numeric_limits<long>::max();

  std::array<std::vector<Error>, kFunctions> errors;
  long lost_from = kNever;  // the enqueue with which the device is lost
  cl_int lost_error = CL_OUT_OF_RESOURCES;
  std::size_t wrong_numbers = 0;  // of a kernel's result
  bool build_log = false, no_devices = false, no_platforms = false;
  bool binary_crash = false, binary_wrong = false;
  std::chrono::milliseconds hang_build{0}, slow_kernels{0};
  Description description;
};

// Ends the process with a message when a word is none that it knows: a test whose fault is misspelled would pass.
Faults parse_faults(const std::string& text);

[[noreturn]] void refuse(const std::string& why);  // says it and ends the process

}  // namespace rt3d::cl_faults
