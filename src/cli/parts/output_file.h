// Files that a command writes: whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace rt3d::cli {

// Calls `write` with a new, empty file beside `path` and renames it to `path` once that returns: whoever looks
// finds the old file or the new one, and a failure or an interruption leaves nothing behind. What is no ordinary
// file (a device, a pipe) is written directly, as is a file that may be written in a folder that may not. A link
// stays one: what it names is written, whether or not that is there yet. A file that may not be written stays as
// it is. Throws Failure naming `path`; what `write` throws comes out as a Failure (a UsageError as one) whose text
// names `path` instead of the file beside it.
void write_whole(const std::filesystem::path& path,
                 const std::function<void(const std::filesystem::path& file)>& write);

void write_text(const std::filesystem::path& path, const std::string& text);

// For commands that work long before they write: throws what write_whole would throw before it calls `write`, and
// leaves nothing behind.
void check_output(const std::filesystem::path& path);
// The same for files in a folder, which, with those that it lies in, need not be there yet.
void check_output_folder(const std::filesystem::path& folder);

// Whether both are names of one file, there or not. Throws Failure for a circle of links.
bool same_output(const std::filesystem::path& a, const std::filesystem::path& b);

// "-" is standard output where text alone is written; throws UsageError where something else would be.
void refuse_dash(const std::string& option, const std::string& path);

}  // namespace rt3d::cli
