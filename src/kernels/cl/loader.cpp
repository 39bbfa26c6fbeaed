#include "kernels/cl/loader.h"

#include <dlfcn.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>

#include "base/env.h"
#include "base/error.h"

namespace rt3d::kernels::cl {
namespace {

struct Opened {
  std::unique_ptr<Api> api;
  std::string why;  // there is none
};

// Names in the order in which Android's vendors and desktops have them (docs/opencl.md).
constexpr std::array kNames{"libOpenCL.so.1",
                            "libOpenCL.so",
                            "libOpenCL-pixel.so",
                            "libOpenCL-car.so",
                            "/vendor/lib64/libOpenCL.so",
                            "/system/vendor/lib64/libOpenCL.so",
                            "/vendor/lib64/egl/libGLES_mali.so",
                            "libGLES_mali.so",
                            "libmali.so",
                            "libPVROCL.so"};

template <typename Function>
bool take(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

// The name of a function that is missing; nullptr when all are there.
const char* take_all(void* library, Api& api) {
#define RT3D_CL_TAKE(name) \
  if (!take(library, "cl" #name, api.name)) return "cl" #name;
  RT3D_CL_FUNCTIONS(RT3D_CL_TAKE)
#undef RT3D_CL_TAKE
  return nullptr;
}

// Pixels' own loader waits to be told that it may be used.
void enable(void* library) {
  using Enable = void (*)();
  if (const auto enable = reinterpret_cast<Enable>(::dlsym(library, "enableOpenCL"))) enable();
}

Opened open_one(const std::string& file) {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* error = ::dlerror();
    return {nullptr, error == nullptr ? file : error};
  }
  enable(library);
  auto api = std::make_unique<Api>();
  if (const char* missing = take_all(library, *api)) {
    ::dlclose(library);
    return {nullptr, cat(file, " has no ", missing)};
  }
  api->library = file;
  return {std::move(api), {}};
}

Opened open_any(const std::string& told) {
  if (!told.empty()) {
    Opened opened = open_one(told);
    if (!opened.api) opened.why = cat("RT3D_OPENCL_LIBRARY: ", opened.why, "; unset it to take the system's");
    return opened;
  }
  for (const char* name : kNames)
    if (Opened opened = open_one(name); opened.api) return opened;
  return {nullptr, "no OpenCL library was found (libOpenCL.so.1 and the names that Android's vendors use)"};
}

}  // namespace

const Api* find_api(std::string* why) {
  static std::mutex mutex;
  static std::map<std::string, Opened> known;  // by what the switch says, which tests change
  const std::string told = env(EnvSwitch::opencl_library);
  const std::lock_guard lock(mutex);
  const auto at = known.find(told);
  const Opened& opened = at != known.end() ? at->second : known.emplace(told, open_any(told)).first->second;
  if (why != nullptr) *why = opened.why;
  return opened.api.get();
}

}  // namespace rt3d::kernels::cl
