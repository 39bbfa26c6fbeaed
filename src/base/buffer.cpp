#include "base/buffer.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace rt3d {
namespace {
constexpr std::size_t kHugePage = std::size_t{2} << 20;
}  // namespace

Buffer::Buffer(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kAlignment;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* p = rounded < bytes ? nullptr : std::aligned_alloc(alignment, rounded);
  if (!p) fail(Code::out_of_memory, "cannot allocate ", bytes, " bytes");
#ifdef MADV_HUGEPAGE
  if (alignment == kHugePage) madvise(p, rounded, MADV_HUGEPAGE);  // a hint: failing is fine
#endif
  data_.reset(static_cast<std::byte*>(p));
}

Buffer Buffer::zeroed(std::size_t bytes) {
  Buffer buffer(bytes);
  if (bytes) std::memset(buffer.data(), 0, bytes);
  return buffer;
}

void Buffer::Free::operator()(std::byte* p) const { std::free(p); }

}  // namespace rt3d
