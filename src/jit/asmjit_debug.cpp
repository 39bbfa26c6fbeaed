// asmjit's DebugUtils, defined here so that the linker leaves asmjit's own out: Debian builds libasmjit.a for programs, not for
// shared libraries, and its one object file that cannot go into librt3d.so is the one with these functions (it reads stderr).
// engine.cpp calls errorAsString, which pulls this file in before the linker looks at asmjit's archive.
#include <asmjit/core.h>

#include <array>
#include <cstdio>
#include <exception>

namespace {

struct Row {
  asmjit::Error code;
  const char* text;
};
// Those that generators and the code cache can meet.
constexpr std::array kTexts = std::to_array<Row>({
    {asmjit::kErrorOk, "ok"},
    {asmjit::kErrorOutOfMemory, "out of memory"},
    {asmjit::kErrorInvalidArgument, "invalid argument"},
    {asmjit::kErrorInvalidArch, "architecture not built into asmjit"},
    {asmjit::kErrorFailedToOpenAnonymousMemory, "no anonymous memory"},
    {asmjit::kErrorTooLarge, "code too large"},
    {asmjit::kErrorRelocOffsetOutOfRange, "relocation out of range"},
    {asmjit::kErrorInvalidLabel, "invalid label"},
    {asmjit::kErrorLabelAlreadyBound, "label bound twice"},
    {asmjit::kErrorInvalidInstruction, "invalid instruction"},
    {asmjit::kErrorInvalidAddress, "invalid address"},
    {asmjit::kErrorInvalidAddressIndex, "invalid address index"},
    {asmjit::kErrorInvalidDisplacement, "displacement out of range"},
    {asmjit::kErrorInvalidImmediate, "immediate out of range"},
    {asmjit::kErrorInvalidOperandSize, "operand size mismatch"},
    {asmjit::kErrorInvalidPhysId, "no such register"},
});

}  // namespace

ASMJIT_BEGIN_NAMESPACE

const char* DebugUtils::errorAsString(Error error) noexcept {
  for (const Row& row : kTexts)
    if (row.code == error) return row.text;
  thread_local char text[32];
  std::snprintf(text, sizeof text, "asmjit error %u", error);
  return text;
}

void DebugUtils::debugOutput(const char* /*text*/) noexcept {}

void DebugUtils::assertionFailed(const char* /*file*/, int /*line*/, const char* /*text*/) noexcept {
  std::terminate();
}

ASMJIT_END_NAMESPACE
