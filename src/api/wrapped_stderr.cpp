// Debian's libasmjit.a is compiled for programs, not for shared libraries: the only thing in it that a shared library cannot hold is
// a direct reference to the C library's variable stderr, printed to by assertions that no release build reaches. The linker's
// --wrap=stderr turns such references inside librt3d.so into references to the copy below.
#include <cstdio>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names
extern "C" {
extern FILE* __real_stderr;
__attribute__((visibility("hidden"))) FILE* __wrap_stderr = nullptr;
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {
__attribute__((constructor)) void copy_stderr() { __wrap_stderr = __real_stderr; }
}  // namespace
