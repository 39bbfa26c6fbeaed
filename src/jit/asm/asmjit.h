// How the engine makes an Asm over an asmjit code holder: one factory per architecture. Included only by
// src/jit's engine and the two implementations.
#pragma once

#include <asmjit/core.h>

#include <memory>

#include "jit/asm/asm.h"

namespace rt3d::jit {

// An Asm that also owns entry and exit of the function.
class FunctionAsm : public Asm {
 public:
  using Asm::Asm;
  virtual void enter() = 0;
  virtual void leave() = 0;
};

std::unique_ptr<FunctionAsm> make_x64(Isa isa, asmjit::CodeHolder& code);
std::unique_ptr<FunctionAsm> make_a64(Isa isa, asmjit::CodeHolder& code, CoreKind core);

}  // namespace rt3d::jit
