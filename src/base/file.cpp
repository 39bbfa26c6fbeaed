#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "base/error.h"

namespace rt3d {
namespace {

constexpr struct {
  mode_t kind;
  const char* name;
} kKinds[] = {{S_IFDIR, "a folder"},
              {S_IFIFO, "a pipe"},
              {S_IFCHR, "a device"},
              {S_IFBLK, "a device"},
              {S_IFSOCK, "a socket"}};

void require_regular_status(const struct stat& info, const std::filesystem::path& name) {
  if (S_ISREG(info.st_mode)) return;
  for (const auto& row : kKinds)
    if ((info.st_mode & S_IFMT) == row.kind)
      fail(Code::io, name.string(), " is ", row.name, "; only regular files are read");
  fail(Code::io, name.string(), " is no regular file");
}

struct stat status_of(const Descriptor& file, const std::filesystem::path& name) {
  struct stat info {};
  if (::fstat(file.number(), &info) != 0)
    fail(Code::io, "cannot read ", name.string(), ": ", reason_of(errno));
  return info;
}

}  // namespace

Code code_of(int error) { return error == ENOMEM ? Code::out_of_memory : Code::io; }

std::string reason_of(int error) {
  return error == ELOOP ? "its links lead in a circle: give the path of the file itself"
                        : std::strerror(error);
}

std::optional<FileId> file_id(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileId{info.st_dev, info.st_ino};
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

void require_regular(const Descriptor& file, const std::filesystem::path& name) {
  require_regular_status(status_of(file, name), name);
}

// Looked at before it is opened, since opening can do something to a device; and afterwards, since it may be
// another one by then.
Descriptor open_regular(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    fail(code_of(errno), "cannot open ", path.string(), ": ", reason_of(errno));
  require_regular_status(info, path);
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) fail(code_of(errno), "cannot open ", path.string(), ": ", reason_of(errno));
  require_regular(file, path);
  return file;
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  return of(open_regular(path), path);
}

std::shared_ptr<const MappedFile> MappedFile::of(const Descriptor& descriptor,
                                                 const std::filesystem::path& name) {
  const struct stat info = status_of(descriptor, name);
  require_regular_status(info, name);
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(name, error);
  throw_if_no_memory(error);
  std::shared_ptr<MappedFile> file(new MappedFile(error ? name : absolute));
  file->id_ = {info.st_dev, info.st_ino};
  file->size_ = static_cast<std::size_t>(info.st_size);
  if (file->size_ == 0) return file;
  void* p = ::mmap(nullptr, file->size_, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
  if (p == MAP_FAILED) fail(code_of(errno), "cannot map ", name.string(), ": ", reason_of(errno));
  file->data_ = static_cast<const std::byte*>(p);
  return file;
}

void MappedFile::require_whole() const {
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0 || id_ != FileId{info.st_dev, info.st_ino})
    return;  // another file by now; what was mapped lives as long as the mapping
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size < size_)
    fail(Code::io, path_.string(), " was shortened from ", size_, " to ", size,
         " bytes after it was loaded; load it again");
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::release(std::span<const std::byte> part) const {
  if (part.empty()) return;
  // Where one page is read, the system maps others around it that it has in memory.
  constexpr std::ptrdiff_t kAround = std::ptrdiff_t{64} << 10;
  const auto page = static_cast<std::ptrdiff_t>(::sysconf(_SC_PAGESIZE));
  const std::ptrdiff_t before = part.data() - data_, behind = before + std::ssize(part);
  const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, before - kAround) / page * page;
  const std::ptrdiff_t end = std::min(static_cast<std::ptrdiff_t>(size_), behind + kAround);
  // Only a hint, and safe beside readers: nobody writes to these pages, so the file still holds what they held.
  ::madvise(const_cast<std::byte*>(data_) + begin, static_cast<std::size_t>(end - begin), MADV_DONTNEED);
}

}  // namespace rt3d
