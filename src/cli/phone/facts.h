// What the phone is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace rt3d::cli {

// Model, SoC and release as Android's getprop says, kernel, memory, cores; what is not to be had is left out. `folder`: for files of a
// moment.
nlohmann::json phone_facts(const std::filesystem::path& root, const std::filesystem::path& folder);

// Bytes that programs may still take, by /proc/meminfo; a very large number where nobody says.
std::int64_t available_memory(const std::filesystem::path& root);

}  // namespace rt3d::cli
