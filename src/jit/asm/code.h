// The one owner of asmjit: runs generators, keeps their code, names it. Code is cached by name and ISA for
// the life of the process while anybody holds it: the name must spell everything that the generator bakes in.
// Thread-safe; generation happens outside the lock. Memory is never writable and executable through one
// mapping (dual mapping), and the instruction cache is flushed after writing. RT3D_DUMP=<dir> writes each
// kernel's annotated listing; RT3D_PERF=map or jitdump names the code for perf. On AArch64 code comes in versions for big and
// in-order cores, those that base/cores.h's code_versions() asks for.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/cores.h"
#include "jit/asm/asm.h"

namespace rt3d::jit {

class Code {
 public:
  virtual ~Code() = default;
  // Runs the version for the kind of core that this thread was last seen on (base/cores.h).
  template <typename Args>
  void call(const Args* args) const {
#if defined(__aarch64__)
    void* const entry = entries_[static_cast<std::size_t>(current_core)];
#else
    void* const entry = entries_[0];
#endif
    reinterpret_cast<void (*)(const Args*)>(entry)(args);
  }
  std::size_t bytes() const { return bytes_; }  // of all versions

 protected:
  std::array<void*, kCoreKinds> entries_{};  // by CoreKind; the same where there is one version
  std::size_t bytes_ = 0;
};

// The code of `body` for `isa`, which must run here. Throws internal when the generator emits what the ISA
// cannot encode, device when the system refuses executable memory.
std::shared_ptr<const Code> generate(const std::string& name, Isa isa, const Generator& body);

// What would be generated, for any ISA on any host, and on AArch64 for either kind of core: machine code and its annotated
// listing.
struct Listing {
  std::vector<std::uint8_t> machine_code;
  std::string text;
};
Listing list(Isa isa, const Generator& body, CoreKind core = CoreKind::big);

std::size_t code_bytes();  // of all live Code

}  // namespace rt3d::jit
