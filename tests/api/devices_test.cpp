// rt3d_device_count and rt3d_device: what a session may be told to compute on.
#include <doctest/doctest.h>

#include <string>

#include "api/small_net.h"
#include "with_env.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {

TEST_CASE("every device says what it is, and those that are available can be named") {
  const Model model = net_model();
  const int count = rt3d_device_count();
  REQUIRE(count >= 3);
  for (int i = 0; i < count; ++i) {
    rt3d_device_info info = RT3D_DEVICE_INFO_INIT;
    REQUIRE(rt3d_device(&info, i) == RT3D_OK);
    CAPTURE(info.name);
    CHECK(info.meaning[0] != '\0');
    CHECK((info.available != 0) == (info.why_not[0] == '\0'));
    CHECK((info.available != 0) == (info.text[0] != '\0'));
    rt3d_session_options options = quiet_options();
    options.device = info.name;
    options.plan_only = 1;
    rt3d_session* session = nullptr;
    const rt3d_status status = rt3d_session_create(&session, model.get(), &options);
    CHECK(status == (info.available != 0 ? RT3D_OK : RT3D_UNSUPPORTED));
    if (info.available == 0) CHECK(last_error_says(info.why_not));
    rt3d_session_free(session);
  }
  rt3d_device_info info = RT3D_DEVICE_INFO_INIT;
  CHECK(rt3d_device(&info, -1) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_device(&info, count) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_device(nullptr, 0) == RT3D_INVALID_ARGUMENT);
  CHECK(info.name == nullptr);
}

TEST_CASE("a machine without OpenCL has one device of that name, which is not available and says why") {
  rt3d_device_info before = RT3D_DEVICE_INFO_INIT;
  REQUIRE(rt3d_device(&before, 0) == RT3D_OK);
  const WithEnv library("RT3D_OPENCL_LIBRARY", "/no/such/libOpenCL.so");
  REQUIRE(rt3d_device_count() == 3);
  rt3d_device_info info = RT3D_DEVICE_INFO_INIT;
  REQUIRE(rt3d_device(&info, 2) == RT3D_OK);
  CHECK(std::string(info.name) == "opencl");
  CHECK(info.available == 0);
  CHECK(info.why_not[0] != '\0');
  CHECK(info.launch_ns == 0);
  CHECK(std::string(before.name) == "cpu");  // its texts stay
}

}  // namespace rt3d::tests

TEST_SUITE_END();
