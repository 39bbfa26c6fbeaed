// How devices are named, and what is said of those that this machine does not have.
#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "runtime/devices/devices.h"
#include "skip.h"
#include "with_env.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

// What finding these devices says; "" when they are found.
struct Said {
  Code code = Code::internal;
  std::string text;
};
Said said_of(const std::string& names) {
  try {
    find_devices(names);
    return {};
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
}

std::vector<Accelerator> opencl_devices() {
  std::string why;
  return find_device("opencl").list(why);
}

}  // namespace

TEST_CASE("a number behind a device's name that has none, or that is none, is refused") {
  constexpr const char* kKnown =
      "; known are 'cpu', 'reference', 'opencl', and 'auto' alone or as 'auto,opencl:N'";
  for (const auto& row :
       {std::pair{"cpu:1", "the device 'cpu:1': 'cpu' takes no number"},
        std::pair{"cpu,reference:0", "the device 'reference:0': 'reference' takes no number"},
        std::pair{"opencl:x", "the device 'opencl:x': 'x' is no number of a device"},
        std::pair{"opencl:", "the device 'opencl:': '' is no number of a device"},
        std::pair{"opencl:-1", "the device 'opencl:-1': '-1' is no number of a device"},
        std::pair{"opencl:1x", "the device 'opencl:1x': '1x' is no number of a device"},
        std::pair{"opencl:99999999999",
                  "the device 'opencl:99999999999': '99999999999' is no number of a device"},
        std::pair{"opencl,opencl:0", "the list of devices 'opencl,opencl:0' names 'opencl:0' twice"},
        std::pair{"gpu:0", "unknown device 'gpu:0'"}}) {
    const char* const names = row.first;  // Clang 14's lambdas take no structured bindings
    CAPTURE(names);
    const Said said = said_of(names);
    CHECK(said.code == Code::invalid_argument);
    CHECK(said.text == cat(row.second, kKnown));
  }
}

TEST_CASE("where there is no OpenCL, the device is refused with the reason") {
  const WithEnv library("RT3D_OPENCL_LIBRARY", "/no/such/libOpenCL.so");
  std::string why;
  CHECK(find_device("opencl").list(why).empty());
  CHECK_FALSE(why.empty());
  for (const char* names : {"opencl", "opencl:0", "opencl:3", "cpu,opencl"}) {
    CAPTURE(names);
    const Said said = said_of(names);
    CHECK(said.code == Code::unsupported);
    CHECK(said.text.find(why) != std::string::npos);
    CHECK(said.text.find("there is no device 'opencl:") == 0);
  }
}

TEST_CASE("a number picks a device of the list, and one beyond it is refused with the list") {
  const std::vector<Accelerator> there = opencl_devices();
  if (there.empty()) RT3D_SKIP("this machine has no OpenCL device");
  const NamedDevice first = find_devices("opencl").at(0);
  CHECK(first == find_devices("opencl:0").at(0));
  CHECK(first.name() == "opencl:0");
  CHECK(find_devices("cpu").at(0).name() == "cpu");
  ThreadPool pool(1);
  const kernels::Target target{this_device(), 1};
  for (std::size_t i = 0; i < there.size(); ++i) {
    const std::string name = cat("opencl:", i);
    const Devices devices(name, target, pool);
    CHECK(devices.names() == name);
    CHECK(devices.text().find(there[i].name) != std::string::npos);
  }
  const std::string beyond = cat("opencl:", there.size());
  const Said said = said_of(beyond);
  CHECK(said.code == Code::unsupported);
  CHECK(said.text.find(cat("there is no device '", beyond, "'; 'opencl:0' is ", there[0].name)) == 0);
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
