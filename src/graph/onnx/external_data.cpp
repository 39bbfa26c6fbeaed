// See external_data.h. Every component of the location is opened by itself with O_NOFOLLOW, relative to the folder before
// it, so that no link is ever followed, not even one that is put there meanwhile.
#include "graph/onnx/external_data.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace rt3d::graph {
namespace {

std::vector<std::string> components(const std::string& location) {
  if (location.empty() || location.size() > 4096 || location.front() == '/' || location.find('\0') != std::string::npos ||
      location.find('\\') != std::string::npos)
    fail(Code::invalid_model, "external data at '", location, "': only relative paths inside the model's folder are read");
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= location.size();) {
    const std::size_t end = std::min(location.find('/', at), location.size());
    const std::string part = location.substr(at, end - at);
    if (part == "..")
      fail(Code::invalid_model, "external data at '", location, "' leaves the model's folder; '..' is not accepted");
    if (!part.empty() && part != ".") parts.push_back(part);
    at = end + 1;
  }
  if (parts.empty()) fail(Code::invalid_model, "external data at '", location, "' is no file");
  return parts;
}

int open_beneath(const std::filesystem::path& folder, const std::string& location) {
  const std::vector<std::string> parts = components(location);
  int at = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (std::size_t i = 0; at >= 0 && i < parts.size(); ++i) {
    const int kind = i + 1 < parts.size() ? O_DIRECTORY : O_NONBLOCK;
    const int next = ::openat(at, parts[i].c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind);
    const int reason = errno;
    ::close(at);
    errno = reason;
    at = next;
  }
  if (at < 0 && errno == ELOOP)
    fail(Code::invalid_model, "external data at '", location, "' is a symbolic link; links are not followed");
  if (at < 0) fail(Code::io, "cannot open external data '", (folder / location).string(), "': ", std::strerror(errno));
  return at;
}

}  // namespace

ExternalBytes ExternalData::read(const std::string& location, std::uint64_t offset, std::uint64_t bytes) {
  if (folder_.empty())
    fail(Code::invalid_model, "the model keeps data in '", location, "' but was loaded from memory without a folder");
  auto& file = files_[location];
  if (!file) file = MappedFile::from_descriptor(open_beneath(folder_, location), folder_ / location);
  const std::uint64_t size = file->bytes().size();
  if (offset > size || bytes > size - offset)
    fail(Code::invalid_model, "external data '", location, "' has ", size, " bytes; ", bytes, " at offset ", offset, " were asked for");
  return {file->bytes().subspan(offset, bytes), file};
}

}  // namespace rt3d::graph
