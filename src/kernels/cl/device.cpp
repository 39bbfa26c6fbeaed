#include "kernels/cl/device.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/cl/quirks.h"

namespace rt3d::kernels::cl {
namespace {

// Kernels count elements of a buffer with 32 bits, and the smallest elements are halves.
constexpr std::int64_t kMostAddressed = (std::int64_t{1} << 32) - 4096;

// What a driver says as text, without a zero at its end; "" where it says nothing.
template <typename Ask>
std::string text_of(const Ask& ask) {
  std::size_t bytes = 0;
  if (ask(0, nullptr, &bytes) != CL_SUCCESS || bytes == 0) return {};
  std::string text(bytes, '\0');
  if (ask(bytes, text.data(), nullptr) != CL_SUCCESS) return {};
  text.resize(text.find_last_not_of(std::string("\0 ", 2)) + 1);
  return text;
}

template <typename Number>
Number number_of(const ClDevice& device, cl_device_info what) {
  Number number{};
  return device.api->GetDeviceInfo(device.id, what, sizeof number, &number, nullptr) == CL_SUCCESS ? number
                                                                                                   : Number{};
}

Accelerator describe(const ClDevice& device) {
  const auto text = [&](cl_device_info what) {
    return text_of([&](std::size_t bytes, void* to, std::size_t* is) {
      return device.api->GetDeviceInfo(device.id, what, bytes, to, is);
    });
  };
  Accelerator a;
  a.platform = text_of([&](std::size_t bytes, void* to, std::size_t* is) {
    return device.api->GetPlatformInfo(device.platform, CL_PLATFORM_NAME, bytes, to, is);
  });
  a.name = text(CL_DEVICE_NAME);
  a.vendor = text(CL_DEVICE_VENDOR);
  a.version = text(CL_DEVICE_VERSION);
  a.driver = text(CL_DRIVER_VERSION);
  a.extensions = text(CL_DEVICE_EXTENSIONS);
  a.is_cpu = (number_of<cl_device_type>(device, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU) != 0;
  a.compute_units = std::max(1, static_cast<int>(number_of<cl_uint>(device, CL_DEVICE_MAX_COMPUTE_UNITS)));
  a.most_work_items = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(number_of<std::size_t>(device, CL_DEVICE_MAX_WORK_GROUP_SIZE)));
  a.memory_bytes = static_cast<std::int64_t>(number_of<cl_ulong>(device, CL_DEVICE_GLOBAL_MEM_SIZE));
  a.most_bytes = std::min(
      static_cast<std::int64_t>(number_of<cl_ulong>(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE)), kMostAddressed);
  a.local_bytes = static_cast<std::int64_t>(number_of<cl_ulong>(device, CL_DEVICE_LOCAL_MEM_SIZE));
  if (number_of<cl_bool>(device, CL_DEVICE_IMAGE_SUPPORT) == CL_TRUE)
    a.image_buffer_texels =
        static_cast<std::int64_t>(number_of<std::size_t>(device, CL_DEVICE_IMAGE_MAX_BUFFER_SIZE));
  a.halves = a.has("cl_khr_fp16");
  a.shares_memory = number_of<cl_bool>(device, CL_DEVICE_HOST_UNIFIED_MEMORY) == CL_TRUE;
  recognise(a);
  apply_quirks(a);
  return a;
}

void add_devices(const Api& api, cl_platform_id platform, std::vector<ClDevice>& devices) {
  cl_uint count = 0;
  if (api.GetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count) != CL_SUCCESS || count == 0) return;
  std::vector<cl_device_id> ids(count);
  if (api.GetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, ids.data(), nullptr) != CL_SUCCESS) return;
  for (const cl_device_id id : ids) {
    ClDevice device{&api, platform, id, {}};
    const bool compiles = number_of<cl_bool>(device, CL_DEVICE_AVAILABLE) == CL_TRUE &&
                          number_of<cl_bool>(device, CL_DEVICE_COMPILER_AVAILABLE) == CL_TRUE;
    if (!compiles) continue;
    device.description = describe(device);
    devices.push_back(std::move(device));
  }
}

}  // namespace

std::vector<ClDevice> list_devices(std::string* why) {
  const Api* api = find_api(why);
  if (api == nullptr) return {};
  std::vector<ClDevice> devices;
  cl_uint count = 0;
  if (api->GetPlatformIDs(0, nullptr, &count) == CL_SUCCESS && count > 0) {
    std::vector<cl_platform_id> platforms(count);
    if (api->GetPlatformIDs(count, platforms.data(), nullptr) == CL_SUCCESS)
      for (const cl_platform_id platform : platforms) add_devices(*api, platform, devices);
  }
  std::stable_partition(devices.begin(), devices.end(),
                        [](const ClDevice& device) { return !device.description.is_cpu; });
  if (why != nullptr && devices.empty())
    *why = count == 0 ? cat(api->library, " knows no driver (platform)")
                      : cat(api->library, " has ", count, " platforms and no device that can be used");
  return devices;
}

ClDevice device_number(int number) {
  std::string why;
  std::vector<ClDevice> devices = list_devices(&why);
  if (devices.empty()) fail(Code::unsupported, "there is no OpenCL device: ", why);
  if (number >= 0 && number < static_cast<int>(devices.size()))
    return devices[static_cast<std::size_t>(number)];
  std::string known;
  for (std::size_t i = 0; i < devices.size(); ++i)
    known += cat(i == 0 ? "" : ", ", "opencl:", i, " is ", devices[i].description.name);
  fail(Code::unsupported, "there is no OpenCL device 'opencl:", number, "'; ", known);
}

}  // namespace rt3d::kernels::cl
