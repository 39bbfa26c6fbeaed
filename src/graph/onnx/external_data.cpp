// See external_data.h. A file is first opened without reading it (O_PATH), which waits for nothing and does
// nothing to devices. What was opened is then judged by where it really lies, not by its name, so that a link
// that is exchanged meanwhile changes nothing.
#include "graph/onnx/external_data.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/error.h"

namespace rt3d::graph {
namespace {

namespace fs = std::filesystem;

void check_location(const std::string& location) {
  if (location.empty() || location.size() > 4096 || location.front() == '/' ||
      location.find('\0') != std::string::npos || location.find('\\') != std::string::npos)
    fail(Code::invalid_model, "external data at '", location.c_str(),
         "': only relative paths inside the model's folder are read");
  for (const fs::path& part : fs::path(location))
    if (part == "..")
      fail(Code::invalid_model, "external data at '", location,
           "' leaves the model's folder; '..' is not accepted");
}

std::string in_process(const Descriptor& file) { return cat("/proc/self/fd/", file.number()); }

// What an operation on a path gives, empty where it fails: a lack of memory says nothing about the path.
template <typename Operation>
fs::path path_from(Operation operation, const fs::path& path) {
  std::error_code error;
  fs::path result = operation(path, error);
  throw_if_no_memory(error);
  return error ? fs::path() : result;
}
fs::path without_links(const fs::path& path) {
  return path_from([](const fs::path& p, std::error_code& e) { return fs::canonical(p, e); }, path);
}

// The path of an open file without links; empty where the system does not say (no /proc).
fs::path real_path(const Descriptor& file) {
  return path_from([](const fs::path& p, std::error_code& e) { return fs::read_symlink(p, e); },
                   in_process(file));
}

bool below(const fs::path& file, const fs::path& folder) {
  return !folder.empty() &&
         std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

// Nothing where there is no such file.
std::optional<Descriptor> open_in(const fs::path& folder, const std::string& location,
                                  const std::vector<fs::path>& folders) {
  const fs::path path = folder / location;
  const Descriptor found(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!found && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!found) fail(code_of(errno), "cannot open external data '", path.string(), "': ", reason_of(errno));
  const fs::path real = real_path(found);
  const bool inside = std::any_of(folders.begin(), folders.end(), [&](const fs::path& allowed) {
    return below(real, without_links(allowed));
  });
  if (!inside)
    fail(Code::invalid_model, "external data at '", location, "' leads to '", real.string(),
         "', which lies outside the model's folder; it is not read");
  require_regular(found, path);
  Descriptor file(::open(in_process(found).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) fail(code_of(errno), "cannot open external data '", path.string(), "': ", reason_of(errno));
  return file;
}

std::shared_ptr<const MappedFile> map(const std::string& location, const std::vector<fs::path>& folders) {
  check_location(location);
  for (const fs::path& folder : folders)
    if (auto file = open_in(folder, location, folders)) return MappedFile::of(*file, folder / location);
  std::string places;
  for (const fs::path& folder : folders) places += cat(places.empty() ? "'" : " and '", folder.string(), "'");
  fail(Code::io, "external data '", location, "' does not exist in ", places);
}

}  // namespace

std::vector<fs::path> data_folders(const fs::path& model) {
  std::vector<fs::path> folders{model.has_parent_path() ? model.parent_path() : fs::path(".")};
  const fs::path own = without_links(folders[0]), target = without_links(model).parent_path();
  if (!own.empty() && !target.empty() && target != own) folders.push_back(target);
  return folders;
}

ExternalBytes ExternalData::read(const std::string& location, std::uint64_t offset, std::uint64_t bytes) {
  if (folders_.empty())
    fail(Code::invalid_model, "the model keeps data in '", location,
         "' but was loaded from memory without a folder");
  auto& file = files_[location];
  if (!file) {
    file = map(location, folders_);
    // The same file by another name, such as "./data", is the same bytes.
    const auto [same, added] = distinct_.try_emplace(file->id(), file);
    file = same->second;
    if (added) mapped_bytes_ += file->bytes().size();
  }
  const std::uint64_t size = file->bytes().size();
  if (offset > size || bytes > size - offset)
    fail(Code::invalid_model, "external data '", location, "' has ", size, " bytes; ", bytes, " at offset ",
         offset, " were asked for");
  return {file->bytes().subspan(offset, bytes), file};
}

}  // namespace rt3d::graph
