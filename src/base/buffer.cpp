#include "base/buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace rt3d {
namespace {
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kMapped = std::size_t{128} << 10;

std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Memory of its own, whole pages; nullptr when there is none.
std::byte* map(std::size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return p == MAP_FAILED ? nullptr : static_cast<std::byte*>(p);
}

// The same, from the beginning of a huge page to the end of the last small page in use: a heap would round up to whole huge
// pages.
std::byte* map_huge(std::size_t bytes) {
  std::byte* first = map(bytes + kHugePage);
  if (!first) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(first);
  const std::size_t before = round_up(address, kHugePage) - address;
  if (before > 0) munmap(first, before);
  munmap(first + before + bytes, kHugePage - before);
#ifdef MADV_HUGEPAGE
  madvise(first + before, bytes, MADV_HUGEPAGE);  // a hint: failing is fine
#endif
  return first + before;
}

}  // namespace

Buffer::Buffer(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  const bool mapped = bytes >= kMapped;
  const std::size_t rounded =
      round_up(bytes, mapped ? static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : kAlignment);
  std::byte* p = nullptr;
  if (rounded >= bytes && rounded < SIZE_MAX - kHugePage) {
    if (!mapped)
      p = static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
    else
      p = rounded < kHugePage ? map(rounded) : map_huge(rounded);
  }
  if (!p) throw OutOfMemory(bytes);
  data_ = {p, Free{mapped ? rounded : 0}};
}

Buffer Buffer::zeroed(std::size_t bytes) {
  Buffer buffer(bytes);
  if (bytes) std::memset(buffer.data(), 0, bytes);
  return buffer;
}

Buffer Buffer::untouched(std::size_t bytes) { return bytes >= kMapped ? Buffer(bytes) : zeroed(bytes); }

// Where the system refuses, as it does for locked memory, it stays as it is.
void Buffer::let_go() {
  if (bytes_ >= kMapped)
    madvise(data_.get(), round_up(bytes_, static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), MADV_DONTNEED);
}

void Buffer::Free::operator()(std::byte* p) const {
  if (mapped > 0)
    munmap(p, mapped);
  else
    std::free(p);
}

}  // namespace rt3d
