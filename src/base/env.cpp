#include "base/env.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include "base/device.h"
#include "base/error.h"

namespace rt3d {
namespace {

bool has_word(std::string_view words, std::string_view value) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (word == value) return true;
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return false;
}

// A file is made there and taken away, since who may write is more than permissions say.
void require_writable(const std::string& folder) {
  const auto refuse = [&](const std::string& why) {
    fail(Code::io, "RT3D_DUMP='", folder, "': ", why, "; give a folder that can be written");
  };
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  throw_if_no_memory(error);
  std::error_code unknown;
  if (!std::filesystem::is_directory(folder, unknown)) refuse(error ? error.message() : "it is no folder");
  std::string file = (std::filesystem::path(folder) / ".rt3d-XXXXXX").string();
  const int descriptor = ::mkostemp(file.data(), O_CLOEXEC);
  if (descriptor < 0) refuse(std::strerror(errno));
  ::close(descriptor);
  ::unlink(file.c_str());
}

}  // namespace

const EnvRow kEnvTable[11] = {
    {EnvSwitch::log, "RT3D_LOG", "debug info warning error off", "log to standard error from this level on"},
    {EnvSwitch::dump, "RT3D_DUMP", "", "folder for graphs, plans and listings of generated code"},
    {EnvSwitch::perf, "RT3D_PERF", "map jitdump", "names of generated code for perf"},
    {EnvSwitch::force, "RT3D_FORCE", "", "<family>[:<schedule>] to use wherever it is legal"},
    {EnvSwitch::skip_passes, "RT3D_SKIP_PASSES", "", "comma-separated graph passes to leave out"},
    {EnvSwitch::isa, "RT3D_ISA", "none avx2 avx512 neon", "generate code for a lesser instruction set"},
    {EnvSwitch::memory, "RT3D_MEMORY_MIB", "", "MiB of memory to plan for instead of the machine's"},
    {EnvSwitch::uarch, "RT3D_UARCH", "inorder big both",
     "AArch64 code for which kinds of cores (docs/aarch64.md)"},
    {EnvSwitch::opencl_library, "RT3D_OPENCL_LIBRARY", "", "OpenCL library to open instead of the system's"},
    {EnvSwitch::opencl_patience, "RT3D_OPENCL_PATIENCE", "",
     "seconds after which an OpenCL driver that compiles hangs"},
    {EnvSwitch::keep_code, "RT3D_KEEP_CODE", "0 1",
     "1: do not use addresses of freed code again (docs/aarch64.md)"},
};

std::string env(EnvSwitch which) {
  const char* value = std::getenv(kEnvTable[static_cast<int>(which)].name.data());
  return value ? value : "";
}

int env_number(EnvSwitch which, int unset) {
  const std::string value = env(which);
  if (value.empty()) return unset;
  int number = 0;
  const char* const last = value.data() + value.size();
  const auto [end, error] = std::from_chars(value.data(), last, number);
  if (error != std::errc() || end != last || number < 1)
    fail(Code::invalid_argument, kEnvTable[static_cast<std::size_t>(which)].name, "='", value,
         "' means nothing; give a whole number from 1 on");
  return number;
}

void check_switches() {
  for (const EnvRow& row : kEnvTable) {
    const std::string value = env(row.which);
    if (value.empty() || row.words.empty() || has_word(row.words, value)) continue;
    fail(Code::invalid_argument, row.name, "='", value, "' means nothing; it may be one of: ", row.words);
  }
  static_cast<void>(forced_isa());
  for (const EnvSwitch number : {EnvSwitch::opencl_patience, EnvSwitch::memory})
    static_cast<void>(env_number(number, 1));
  if (dump_enabled()) require_writable(env(EnvSwitch::dump));
}

bool dump_enabled() { return !env(EnvSwitch::dump).empty(); }

void dump_text(std::string_view name, std::string_view text) {
  const std::string folder = env(EnvSwitch::dump);
  if (folder.empty()) return;
  std::string file;
  for (char c : name.substr(0, 200)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_' || c == '=';
    file += plain ? c : '_';
  }
  std::ofstream(std::filesystem::path(folder) / file, std::ios::binary) << text;
}

}  // namespace rt3d
