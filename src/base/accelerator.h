// What an accelerator with a driver of its own is: the names by which tuned results are known, and what code for it depends on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rt3d {

// Who made it: quirks and first guesses go by maker and model.
enum class Maker : std::uint8_t { other, adreno, mali, powervr, intel, amd, nvidia };

struct Accelerator {
  std::string platform, name, vendor, version, driver, extensions;  // as the driver tells them
  Maker maker = Maker::other;
  int model = 0;  // 650 of an Adreno 650, 610 of a Mali-G610; 0: unknown
  bool is_cpu = false;
  int compute_units = 1;
  std::int64_t most_work_items = 1;               // of a work-group
  std::int64_t memory_bytes = 0, most_bytes = 0;  // of the device, of one allocation
  int memory_share = 1;                           // 1 ÷ the part of its memory that may be taken
  std::int64_t local_bytes = 0;
  std::int64_t image_buffer_texels = 0;  // the largest image that is a view of a buffer; 0: there are none
  bool halves = false;                   // 16-bit arithmetic (cl_khr_fp16)
  bool shares_memory = false;            // with the host
  bool profiles = true;                  // tells when kernels began and ended
  std::string_view not_auto;             // why "auto" does not take it; "": it may

  // As measured once (kernels/cl/measured.h); 0: not yet.
  double multiply_adds_per_ns = 0, bytes_per_ns = 0, launch_ns = 0;

  bool has(std::string_view extension) const;  // a whole word of `extensions`
  // One line without spaces that identifies tuned results: name, driver, compute units, a checksum of the extensions.
  std::string fingerprint() const;
  std::string text() const;  // for people: "Adreno 650, driver …, 3 compute units"
};

// From the names that a driver tells, some of which only say "QUALCOMM Adreno(TM)" and have the number in the version.
void recognise(Accelerator& accelerator);

}  // namespace rt3d
