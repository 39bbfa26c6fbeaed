// The environment switches, all of them, in one table: for looking inside, never needed in production.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rt3d {

enum class EnvSwitch {
  log,             // RT3D_LOG=debug|info|warning|error|off: log to standard error
  dump,            // RT3D_DUMP=<dir>: graphs after each pass that changed them, the plan, <kernel>.s listings
  perf,            // RT3D_PERF=map|jitdump: names of generated code for `perf report`
  force,           // RT3D_FORCE=<family>[:<schedule>]: use it wherever it is legal
  skip_passes,     // RT3D_SKIP_PASSES=a,b: graph passes to leave out
  isa,             // RT3D_ISA=avx2|avx512|neon|none: code for a lesser instruction set than the CPU has
  memory,          // RT3D_MEMORY_MIB=<MiB>: as if the machine had so much memory
  uarch,           // RT3D_UARCH=inorder|big|both: which versions of AArch64 code, whatever cores there are
  opencl_library,  // RT3D_OPENCL_LIBRARY=<file>: that one instead of the system's
  opencl_patience,  // RT3D_OPENCL_PATIENCE=<seconds>: after which a driver that is still compiling hangs
  keep_code,  // RT3D_KEEP_CODE=1: addresses of freed code are not used again, for old qemu-aarch64; 0: they are
};

struct EnvRow {
  EnvSwitch which;
  std::string_view name;
  std::string_view
      words;  // the values there are, with a space between; empty: others, which those who read it check
  std::string_view meaning;
};
// In the order of EnvSwitch.
extern const EnvRow kEnvTable[11];

std::string env(EnvSwitch which);  // the value, empty when unset
int env_number(EnvSwitch which,
               int unset);  // a whole number from 1 on; throws invalid_argument for anything else

// Throws invalid_argument for a value that means nothing (naming those that do), io for a folder of RT3D_DUMP that cannot be
// written. RT3D_FORCE and RT3D_SKIP_PASSES are left to those who know families and passes.
void check_switches();

// RT3D_DUMP: writes `text` as <dir>/<name> with characters unfit for file names replaced; nothing when unset.
void dump_text(std::string_view name, std::string_view text);
bool dump_enabled();

}  // namespace rt3d
