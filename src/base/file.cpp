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

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(Code::io, "cannot open ", path.string(), ": ", std::strerror(errno));
  return from_descriptor(descriptor, path);
}

std::shared_ptr<const MappedFile> MappedFile::from_descriptor(int descriptor,
                                                              const std::filesystem::path& name) {
  struct Closer {
    int fd;
    ~Closer() { ::close(fd); }
  } closer{descriptor};
  struct stat info {};
  if (::fstat(descriptor, &info) != 0)
    fail(Code::io, "cannot read ", name.string(), ": ", std::strerror(errno));
  if (!S_ISREG(info.st_mode)) fail(Code::io, name.string(), " is not a regular file");
  std::shared_ptr<MappedFile> file(new MappedFile);
  file->size_ = static_cast<std::size_t>(info.st_size);
  if (file->size_ == 0) return file;
  void* p = ::mmap(nullptr, file->size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (p == MAP_FAILED)
    fail(errno == ENOMEM ? Code::out_of_memory : Code::io, "cannot map ", name.string(), ": ",
         std::strerror(errno));
  file->data_ = static_cast<const std::byte*>(p);
  return file;
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
