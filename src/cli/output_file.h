// Files that a command writes: whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace rt3d::cli {

// Calls `write` with a new, empty file beside `path` and renames it to `path` once that returns: whoever looks finds the old
// file or the new one, and a failure or an interruption leaves nothing behind. What is no ordinary file (a device, a pipe)
// is written directly, as is a file that may be written in a folder that may not. Throws Failure naming `path`; what `write`
// throws comes out as a Failure whose text names `path` instead of the file beside it.
void write_whole(const std::filesystem::path& path,
                 const std::function<void(const std::filesystem::path& file)>& write);

void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace rt3d::cli
