#include "base/env.h"

#include <cstdlib>
#include <fstream>

namespace rt3d {

const EnvRow kEnvTable[8] = {
    {EnvSwitch::log, "RT3D_LOG", "log to standard error: debug, info, warning or error"},
    {EnvSwitch::dump, "RT3D_DUMP", "folder for graphs, plans and listings of generated code"},
    {EnvSwitch::perf, "RT3D_PERF", "names of generated code for perf: map or jitdump"},
    {EnvSwitch::force, "RT3D_FORCE", "<family>[:<schedule>] to use wherever it is legal"},
    {EnvSwitch::skip_passes, "RT3D_SKIP_PASSES", "comma-separated graph passes to leave out"},
    {EnvSwitch::isa, "RT3D_ISA", "generate code for avx2, avx512, neon or none"},
    {EnvSwitch::uarch, "RT3D_UARCH", "AArch64 code for inorder or big cores only, or both (docs/aarch64.md)"},
    {EnvSwitch::keep_code, "RT3D_KEEP_CODE", "1: do not use addresses of freed code again (docs/aarch64.md)"},
};

std::string env(EnvSwitch which) {
  const char* value = std::getenv(kEnvTable[static_cast<int>(which)].name.data());
  return value ? value : "";
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
  std::error_code ignored;  // a debugging aid must not fail a load
  std::filesystem::create_directories(folder, ignored);
  std::ofstream(std::filesystem::path(folder) / file, std::ios::binary) << text;
}

}  // namespace rt3d
