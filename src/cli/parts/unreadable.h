// Why a file that a user named cannot be read.
#pragma once

#include <filesystem>
#include <string>

namespace rt3d::cli {

// "it does not exist", "it is a folder", "its links lead in a circle", or the system's reason; "" for what may be opened.
std::string why_unreadable(const std::filesystem::path& path);

// The same of a file that gave nothing: "it is empty" where it may be opened.
std::string why_nothing(const std::filesystem::path& path);

}  // namespace rt3d::cli
