#include "cli/parts/memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/program_code.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

// A line of /proc/self/status such as "VmHWM:  12345 kB", in bytes; 0 where there is none.
std::int64_t status_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kib = 0;
    if (word == key && status >> kib) return kib * 1024;
  }
  return 0;
}

std::int64_t peak_bytes() {
  if (const std::int64_t bytes = status_bytes("VmHWM:")) return bytes;
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

void begin_new_peak() {
  constexpr char kResetPeak = '5';
  std::ofstream("/proc/self/clear_refs") << kResetPeak;
}

std::int64_t session_peak(const MemoryUse& use) {
  return use.peak_bytes - use.program_bytes - use.code_bytes;
}

double ratio(const MemoryUse& use, const rt3d_session_stats& stats) {
  const std::int64_t planned = weight_bytes(stats) + stats.arena_bytes;
  return planned > 0 ? static_cast<double>(session_peak(use)) / static_cast<double>(planned) : 0;
}

}  // namespace

std::int64_t weight_bytes(const rt3d_session_stats& stats) {
  return stats.packed_weight_bytes + stats.model_weight_bytes;
}

MemoryWatch::MemoryWatch() : code_bytes_(program_code_bytes()) {
  begin_new_peak();
  program_bytes_ = status_bytes("VmRSS:");
}

MemoryUse MemoryWatch::use() const {
  const std::int64_t peak = peak_bytes();  // before looking at the code takes memory
  return {program_bytes_, peak, std::max<std::int64_t>(0, program_code_bytes() - code_bytes_)};
}

std::string memory_text(const MemoryUse& use, const rt3d_session_stats& stats) {
  const std::string on_device =
      stats.device_arena_bytes + stats.device_weight_bytes == 0
          ? ""
          : join("; on the device ", bytes_text(stats.device_weight_bytes), " of the weights and ",
                 bytes_text(stats.device_arena_bytes), " of the activations");
  return join("session's peak ", bytes_text(session_peak(use)), " = ", fixed(ratio(use, stats), 2),
              " x (packed weights ", bytes_text(weight_bytes(stats)), " + activations ",
              bytes_text(stats.arena_bytes), ")", on_device, "; beside it ", bytes_text(use.code_bytes),
              " of the program's code, and the program before it, ", bytes_text(use.program_bytes));
}

nlohmann::json memory_json(const MemoryUse& use, const rt3d_session_stats& stats) {
  return {{"process_peak_bytes", use.peak_bytes},
          {"program_bytes", use.program_bytes},
          {"program_code_bytes", use.code_bytes},
          {"session_peak_bytes", session_peak(use)},
          {"packed_weight_bytes", stats.packed_weight_bytes},
          {"model_weight_bytes", stats.model_weight_bytes},
          {"arena_bytes", stats.arena_bytes},
          {"device_weight_bytes", stats.device_weight_bytes},
          {"device_arena_bytes", stats.device_arena_bytes},
          {"ratio", ratio(use, stats)}};
}

}  // namespace rt3d::cli
