// asmjit's three debugging functions, in place of the archive's. Debian's libasmjit.a is compiled for programs: only the
// object that holds these prints to standard error, by an address that a shared library must not use. With these
// definitions the linker leaves that object out, and asmjit cannot print: the engine's error handler speaks for it.
#include <asmjit/core.h>

#include <cstdio>
#include <cstdlib>

ASMJIT_BEGIN_NAMESPACE
namespace DebugUtils {

const char* errorAsString(Error error) noexcept {
  static thread_local char text[48];
  std::snprintf(text, sizeof text, "asmjit error %u (asmjit::ErrorCode)", static_cast<unsigned>(error));
  return text;
}
void debugOutput(const char*) noexcept {}
void assertionFailed(const char*, int, const char*) noexcept { std::abort(); }

}  // namespace DebugUtils
ASMJIT_END_NAMESPACE
