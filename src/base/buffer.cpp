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

std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

// A mapping that begins at a huge page and ends with the last small page in use: a heap would round it up to whole huge pages, and
// keep what is freed. Null when there is no memory.
std::byte* map(std::size_t bytes) {
  void* all = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return nullptr;
  auto* first = static_cast<std::byte*>(all);
  const std::size_t before =
      round_up(reinterpret_cast<std::uintptr_t>(first), kHugePage) - reinterpret_cast<std::uintptr_t>(first);
  if (before > 0) munmap(first, before);
  if (before < kHugePage) munmap(first + before + bytes, kHugePage - before);
#ifdef MADV_HUGEPAGE
  madvise(first + before, bytes, MADV_HUGEPAGE);  // a hint: failing is fine
#endif
  return first + before;
}
}  // namespace

Buffer::Buffer(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  const bool large = bytes >= kHugePage;
  const std::size_t rounded =
      round_up(bytes, large ? static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : kAlignment);
  std::byte* p = nullptr;
  if (rounded >= bytes && rounded < SIZE_MAX - kHugePage)
    p = large ? map(rounded) : static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
  if (!p) fail(Code::out_of_memory, "cannot allocate ", bytes, " bytes");
  data_ = {p, Free{large ? rounded : 0}};
}

Buffer Buffer::zeroed(std::size_t bytes) {
  Buffer buffer(bytes);
  if (bytes) std::memset(buffer.data(), 0, bytes);
  return buffer;
}

void Buffer::Free::operator()(std::byte* p) const {
  if (mapped > 0)
    munmap(p, mapped);
  else
    std::free(p);
}

}  // namespace rt3d
