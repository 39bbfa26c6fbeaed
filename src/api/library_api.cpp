// rt3d.h, section "library".
#include <mutex>
#include <set>
#include <string>

#include "api/guard.h"
#include "api/handles.h"
#include "base/device.h"
#include "base/log.h"
#include "runtime/devices/device_list.h"
#include "runtime/machine_peak.h"

using rt3d::Code;
using rt3d::fail;
using rt3d::api::guard;
using rt3d::api::guarded;

namespace rt3d::api {

static_assert(static_cast<int>(Code::internal) == RT3D_INTERNAL &&
              static_cast<int>(Code::cancelled) == RT3D_CANCELLED &&
              static_cast<int>(Code::busy) == RT3D_BUSY);
static_assert(static_cast<int>(DType::boolean) == RT3D_BOOL && static_cast<int>(DType::i64) == RT3D_I64);
static_assert(static_cast<int>(LogLevel::off) == RT3D_LOG_OFF);

rt3d_tensor_info tensor_info(const std::string& name, const TensorDesc& desc) {
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  info.name = name.c_str();
  info.dtype = static_cast<rt3d_dtype>(desc.dtype);
  info.rank = desc.shape.rank();
  if (info.rank > 8) fail(Code::unsupported, "'", name, "' has rank ", info.rank, "; up to 8 is supported");
  for (int i = 0; i < info.rank; ++i) info.dims[i] = desc.shape[i];
  return info;
}

}  // namespace rt3d::api

namespace {

// Texts that no handle owns stay as long as the process: they are few, and the same ones again and again.
const char* kept(std::string text) {
  static std::mutex mutex;
  static auto& texts = *new std::set<std::string>;  // never destroyed: callers hold what is in it
  const std::lock_guard lock(mutex);
  return texts.insert(std::move(text)).first->c_str();
}

}  // namespace

#define RT3D_TEXT(x) #x
#define RT3D_VERSION_TEXT(major, minor, patch) RT3D_TEXT(major) "." RT3D_TEXT(minor) "." RT3D_TEXT(patch)

const char* rt3d_version(void) {
  return RT3D_VERSION_TEXT(RT3D_VERSION_MAJOR, RT3D_VERSION_MINOR, RT3D_VERSION_PATCH);
}

const char* rt3d_status_name(rt3d_status status) {
  static constexpr const char* kNames[] = {
      "ok",        "invalid argument", "invalid model", "unsupported", "input or output", "out of memory",
      "cancelled", "device",           "internal",      "busy"};
  const auto index = static_cast<std::size_t>(rt3d::api::number_in(status));
  return index < std::size(kNames) ? kNames[index] : "unknown status";
}

const char* rt3d_last_error(void) { return rt3d::api::last_error(); }

const char* rt3d_device_text(void) {
  return guarded<const char*>("", [] {
    static const std::string text = rt3d::this_device().text();
    return text.c_str();
  });
}

const char* rt3d_device_isa(void) {
  return guarded<const char*>("none", [] { return rt3d::isa_name(rt3d::this_device().isa).data(); });
}

void rt3d_set_log(rt3d_log_callback callback, void* user, rt3d_log_level level) {
  guard([&] {
    if (!callback) {
      rt3d::set_log_sink({}, rt3d::LogLevel::off);
      return;
    }
    const std::int32_t least = rt3d::api::number_in(level);
    if (least < RT3D_LOG_DEBUG || least > RT3D_LOG_OFF)
      fail(Code::invalid_argument, "rt3d_set_log: there is no level ", least);
    rt3d::set_log_sink(
        [callback, user](rt3d::LogLevel at, const std::string& text) {
          callback(user, static_cast<rt3d_log_level>(at), text.c_str());
        },
        static_cast<rt3d::LogLevel>(least));
  });
}

int32_t rt3d_device_count(void) {
  return guarded<int32_t>(0, [] { return static_cast<int32_t>(rt3d::runtime::list_devices().size()); });
}

rt3d_status rt3d_device(rt3d_device_info* info, int32_t index) {
  return guard([&] {
    rt3d::api::require(info, "rt3d_device", "info");
    rt3d::api::require_size(*info, "rt3d_device", "RT3D_DEVICE_INFO_INIT");
    const std::vector<rt3d::runtime::ListedDevice> devices = rt3d::runtime::list_devices();
    if (index < 0 || static_cast<std::size_t>(index) >= devices.size())
      fail(Code::invalid_argument, "there is no device ", index, "; there are ", devices.size());
    const rt3d::runtime::ListedDevice& device = devices[static_cast<std::size_t>(index)];
    const rt3d_device_info out{.size = sizeof(rt3d_device_info),
                               .name = kept(device.name),
                               .text = kept(device.text),
                               .meaning = kept(std::string(device.meaning)),
                               .available = device.why_not.empty() ? 1 : 0,
                               .why_not = kept(device.why_not),
                               .multiply_adds_per_ns = device.measured.multiply_adds_per_ns,
                               .bytes_per_ns = device.measured.bytes_per_ns,
                               .launch_ns = device.measured.launch_ns};
    rt3d::api::copy_sized(info, out);
  });
}

rt3d_status rt3d_measure_device(const char* name) {
  return guard([&] {
    rt3d::api::require(name, "rt3d_measure_device", "name");
    rt3d::runtime::measure_device(name);
  });
}

rt3d_status rt3d_measure_peak(double* gflops, int32_t threads) {
  return guard([&] {
    rt3d::api::require(gflops, "rt3d_measure_peak", "gflops");
    *gflops = rt3d::runtime::machine_peak_gflops(threads);
  });
}
