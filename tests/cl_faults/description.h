// What a driver says about itself, from a text file instead: quirks of phones' drivers on any machine.
//   # a comment
//   CL_DEVICE_NAME=QUALCOMM Adreno(TM)
//   CL_DEVICE_MAX_WORK_ITEM_SIZES=1024 1024 64
//   CL_DEVICE_IMAGE_PITCH_ALIGNMENT=error -30        the query is refused
#pragma once

#include <map>
#include <string>
#include <vector>

#include "functions.h"

namespace rt3d::cl_faults {

class Description {
 public:
  static Description of_file(
      const std::string& path);  // ends the process with a message when it cannot be read

  // Whether the file has an answer to the query; then it is given as clGetDeviceInfo would, and `status` is what to return.
  bool answers(cl_uint query, std::size_t size, void* value, std::size_t* size_needed, cl_int& status) const;

 private:
  struct Answer {
    std::vector<char> bytes;
    cl_int error = CL_SUCCESS;
  };
  std::map<cl_uint, Answer> answers_;
};

// Gives `bytes` as the clGet…Info functions do.
cl_int give(const void* bytes, std::size_t count, std::size_t size, void* value, std::size_t* size_needed);

}  // namespace rt3d::cl_faults
