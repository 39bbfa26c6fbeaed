// Which kinds of cores this machine has. On AArch64 big cores (out of order) and in-order ones often share a chip and run
// the same programs, but want their instructions in different order: generated code comes in a version for each, and a thread
// calls the one that suits the core it is on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rt3d {

enum class CoreKind : std::uint8_t { big, in_order };
inline constexpr int kCoreKinds = 2;
std::string_view core_kind_name(CoreKind kind);  // "big", "inorder"

// One core's design as its manufacturer numbers it; zeros: unknown, and taken for big.
struct CoreDesign {
  int implementer = 0;  // 0x41: Arm
  int part = 0;         // 0xd05: Cortex-A55

  CoreKind kind() const;
  std::string name() const;  // "Cortex-A55", or the numbers
  bool operator==(const CoreDesign&) const = default;
};

// From the AArch64 register MIDR_EL1, as /sys/devices/system/cpu/cpu0/regs/identification/midr_el1 shows it.
CoreDesign core_design(std::uint64_t midr);

// The cores in the text of an AArch64 /proc/cpuinfo by number of processor; cores that it leaves out are unknown, and other
// architectures' texts give none.
std::vector<CoreDesign> parse_cpuinfo(std::string_view text);

// "4 x Cortex-A77 + 4 x Cortex-A55", big ones first; "Cortex-A76" when all are alike; empty when nothing is known.
std::string cores_text(const std::vector<CoreDesign>& cores);

// By number of processor, read once; empty where unknown and on x86-64.
const std::vector<CoreDesign>& cores_here();

// Optional instructions beside NEON, the same on all cores of a machine.
struct CpuFeatures {
  bool fp16 = false;     // arithmetic on half-precision vectors
  bool dotprod = false;  // dot products of bytes
};
// From AArch64's getauxval(AT_HWCAP).
CpuFeatures cpu_features(std::uint64_t hwcap);
CpuFeatures features_here();  // none on x86-64

// For which kinds of cores code is generated: for those that the machine has, unless RT3D_UARCH=inorder|big|both says otherwise
// (an unknown word throws invalid_argument). Always big on x86-64.
struct CodeVersions {
  bool big = true;
  bool in_order = false;
};
CodeVersions code_versions(std::string_view forced, const std::vector<CoreDesign>& cores);

// The kind of core that this thread is on, as of its last note_core(). Whoever runs generated code for long calls
// note_core() now and then; the thread pool does before each task. A stale value costs speed only.
inline constinit thread_local CoreKind current_core = CoreKind::big;
#if defined(__aarch64__)
void note_core();
#else
inline void note_core() {}
#endif

}  // namespace rt3d
