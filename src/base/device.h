// What this CPU is: instruction sets, caches, cores; and the text by which the tuning database knows it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/accelerator.h"
#include "base/cores.h"

namespace rt3d {

// Instruction sets that code is generated for. `none`: no generated code, the reference backend computes.
enum class Isa { none, avx2, avx512, neon };

std::string_view isa_name(Isa isa);
Isa parse_isa(std::string_view name);  // throws invalid_argument
int isa_lanes(Isa isa);                // floats per vector: 1, 8, 16, 4
int isa_vectors(Isa isa);              // vector registers: 0, 16, 32, 32

struct Device {
  std::string name;     // "AMD EPYC", "4 x Cortex-A77 + 4 x Cortex-A55"
  Isa isa = Isa::none;  // the best this CPU has, or a lesser one by RT3D_ISA
  int cores = 1;        // usable by this process
  CpuFeatures features{};
  std::int64_t l1d_bytes = 32 << 10;  // caches of a big core
  std::int64_t l2_bytes = 512 << 10;
  std::int64_t l3_bytes = 0;
  // Of an accelerator: what is said above is then the host's, without an instruction set that code is generated for.
  std::shared_ptr<const Accelerator> accelerator{};

  // One line without spaces that identifies tuned results: ISA, name, caches. Not the core count: threads are
  // in the key.
  std::string fingerprint() const;
  // For people: "AMD EPYC, avx512, 2 cores, L1d 48 KiB, …".
  std::string text() const;
};

// A CPU as its fingerprint describes it, with all optional instructions of its set, since the text does not say; absent where it is none.
std::optional<Device> device_of(std::string_view fingerprint);

const Device& this_device();  // detected once

// Whether code for `isa` can run on this CPU.
bool isa_runs_here(Isa isa);

// What RT3D_ISA asks for, if anything. Throws invalid_argument for a word that means nothing, unsupported for what cannot run here.
std::optional<Isa> forced_isa();

// This device, but generating code for `isa` (tests run every ISA the CPU has). Throws unsupported when it
// cannot run here.
Device device_with(Isa isa);

}  // namespace rt3d
