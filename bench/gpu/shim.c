// Preloaded before the no-op driver that Mesa's drm-shim imitates (bench/gpu/mesa.py):
//   GPU_ROOT=/folder   files that Mesa opens below /usr/lib/clc, /usr/share/clc and /usr/lib/llvm-* come from that folder
//   FD_CHIP=6.5.0      the imitated Adreno is that one: drm-shim itself lists few, Mesa's compiler knows them all
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int starts_with(const char* text, const char* start) {
  return strncmp(text, start, strlen(start)) == 0;
}

static const char* moved(const char* path, char* buffer, size_t bytes) {
  const char* root = getenv("GPU_ROOT");
  if (!root || !path) return path;
  if (!starts_with(path, "/usr/lib/clc/") && !starts_with(path, "/usr/share/clc/") &&
      !starts_with(path, "/usr/lib/llvm-"))
    return path;
  snprintf(buffer, bytes, "%s%s", root, path);
  return access(buffer, R_OK) == 0 ? buffer : path;
}

#define OPEN(name)                                                             \
  int name(const char* path, int flags, ...) {                                 \
    static int (*next)(const char*, int, ...);                                 \
    if (!next) next = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, #name); \
    va_list rest;                                                              \
    va_start(rest, flags);                                                     \
    const int mode = va_arg(rest, int);                                        \
    va_end(rest);                                                              \
    char buffer[4096];                                                         \
    return next(moved(path, buffer, sizeof buffer), flags, mode);              \
  }
OPEN(open)
OPEN(open64)

// What the kernel's msm driver is asked with DRM_IOCTL_MSM_GET_PARAM (include/uapi/drm/msm_drm.h).
struct msm_param {
  uint32_t pipe, param;
  uint64_t value;
  uint32_t length, padding;
};
enum { kMsmGetParam = 0x6440, kGpuId = 1, kChipId = 3 };

int ioctl(int file, unsigned long request, ...) {
  static int (*next)(int, unsigned long, ...);
  if (!next) next = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  va_list rest;
  va_start(rest, request);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  const int result = next(file, request, argument);
  const char* chip = getenv("FD_CHIP");
  unsigned major, minor, patch;
  if (result == 0 && chip && (request & 0xffff) == kMsmGetParam &&
      sscanf(chip, "%u.%u.%u", &major, &minor, &patch) == 3) {
    struct msm_param* asked = argument;
    if (asked->param == kGpuId) asked->value = major * 100 + minor * 10 + patch;
    if (asked->param == kChipId) asked->value = (uint64_t)major << 24 | minor << 16 | patch << 8 | 0xff;
  }
  return result;
}
