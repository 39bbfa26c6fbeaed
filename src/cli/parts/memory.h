// What a session takes of the process's memory, next to what it says it needs.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

struct MemoryUse {
  std::int64_t program_bytes = 0;  // resident when the watch began: code, libraries
  std::int64_t peak_bytes = 0;     // the most that was resident since
  std::int64_t code_bytes = 0;     // of it, program and libraries that were not resident before
};

// Begins a new peak where the system can (Linux); elsewhere the peak is the process's from its start, and code counts as the session's.
class MemoryWatch {
 public:
  MemoryWatch();
  MemoryUse use() const;

 private:
  std::int64_t code_bytes_, program_bytes_;
};

std::int64_t weight_bytes(const rt3d_session_stats& stats);  // packed, and used from the model

// "session's peak 764.9 MiB = 1.00 x (packed weights 700.9 MiB + activations 64.3 MiB); beside it 2.4 MiB of the program's code, and the
// program before it, 31.1 MiB"; weights that a session uses from the model count as packed. Of a session with a device: what of both lies in its memory.
std::string memory_text(const MemoryUse& use, const rt3d_session_stats& stats);
nlohmann::json memory_json(const MemoryUse& use, const rt3d_session_stats& stats);

}  // namespace rt3d::cli
