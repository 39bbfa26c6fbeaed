#include "cl/opencl_here.h"

#include <cstdlib>
#include <string>

#include "base/checksum.h"
#include "kernels/cl/cl.h"

namespace rt3d::tests {

bool opencl_is_here() {
  std::string why;
  return !kernels::cl::describe_devices(why).empty();
}

std::unique_ptr<kernels::Engine> opencl_engine(ThreadPool& pool, kernels::Accuracy accuracy) {
  return kernels::cl::make_engine(0, {this_device(), pool.size(), accuracy}, pool);
}

bool all_of_opencl() {
  const char* told = std::getenv("RT3D_TEST_CL");
  return told != nullptr && std::string_view(told) == "all";
}

bool is_sampled(std::string_view text, int part) {
  return all_of_opencl() || checksum64(text) / 64 % static_cast<std::uint64_t>(part) == 0;
}

}  // namespace rt3d::tests
