// Where a tuning database lies, and whether what lies there may be opened at all. All functions throw
// SqliteError, or bad_alloc, and nothing else, and wait for nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace rt3d::tuner {

// Absolute, with every link followed, those that dangle too: SQLite's journals and our lock lie beside the
// file itself, whichever name it was given by.
std::filesystem::path resolved(const std::filesystem::path& path);

// Whether there is a file. Throws foreign where it, or what SQLite or we would open beside it, is no regular
// file (a FIFO would block, a device may do anything), and costly where it is larger than any tuning
// database. A journal that names another file beside its own is refused too: SQLite would delete that one.
// Ours never do.
bool may_be_opened(const std::filesystem::path& file);

// The bytes of a file, 0 where there is none; throws where it is no regular file, or too large.
std::uintmax_t bytes_of(const std::filesystem::path& file);

std::filesystem::path beside(const std::filesystem::path& path, std::string_view suffix);

}  // namespace rt3d::tuner
