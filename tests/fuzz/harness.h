// What all fuzz targets share: a target is one function, fuzz_one(), that uses the library with hostile bytes as a careful
// program would. It may throw rt3d::Error, which is an answer, unless its code says that RT3D itself is at fault.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace rt3d::fuzz {

// Written by every target.
void fuzz_one(std::span<const std::byte> input);

// Ends the process with `finding` on standard error unless `holds`: what libFuzzer counts as a finding.
void expect(bool holds, std::string_view finding);

inline std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// An empty folder of this process, in memory where that is possible, emptied again at every call and removed at exit.
const std::filesystem::path& empty_folder();

void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace rt3d::fuzz
