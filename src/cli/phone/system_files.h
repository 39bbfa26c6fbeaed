// The small files in which a system says what it is. Phones leave many of them out, or let nobody read them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rt3d::cli {

// The first line, or a whole short file; "" where there is none, it cannot be read, or reading fails.
std::string line_of(const std::filesystem::path& file);
std::string text_of(const std::filesystem::path& file);
std::optional<std::int64_t> number_of(const std::filesystem::path& file);

// "0-3,6" as 0 1 2 3 6; what is not understood ends the list.
std::vector<int> parse_cpu_list(const std::string& text);

// The folders in `folder` whose names are `prefix` and a number, in the numbers' order.
std::vector<std::filesystem::path> numbered(const std::filesystem::path& folder, const std::string& prefix);

}  // namespace rt3d::cli
