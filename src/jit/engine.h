// The one owner of asmjit: runs generators, keeps their code, names it. Code is cached by name and ISA for
// the life of the process while anybody holds it: the name must spell everything that the generator bakes in.
// Thread-safe; generation happens outside the lock. Memory is never writable and executable through one
// mapping (dual mapping), and the instruction cache is flushed after writing. RT3D_DUMP=<dir> writes each
// kernel's annotated listing; RT3D_PERF=map or jitdump names the code for perf.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "jit/asm.h"

namespace rt3d::jit {

class Code {
 public:
  virtual ~Code() = default;
  template <typename Args>
  void call(const Args* args) const {
    reinterpret_cast<void (*)(const Args*)>(entry_)(args);
  }
  std::size_t bytes() const { return bytes_; }

 protected:
  void* entry_ = nullptr;
  std::size_t bytes_ = 0;
};

// The code of `body` for `isa`, which must run here. Throws internal when the generator emits what the ISA
// cannot encode, device when the system refuses executable memory.
std::shared_ptr<const Code> generate(const std::string& name, Isa isa, const Generator& body);

// What would be generated, for any ISA on any host: machine code and its annotated listing.
struct Listing {
  std::vector<std::uint8_t> machine_code;
  std::string text;
};
Listing list(Isa isa, const Generator& body);

std::size_t code_bytes();  // of all live Code

}  // namespace rt3d::jit
