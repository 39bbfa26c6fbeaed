#include "interpose.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

// NOLINTBEGIN(bugprone-reserved-identifier): the C library's own names
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace rt3d::faults {
namespace {

std::atomic<int> armed{-1};  // the Resource that is counted
std::atomic<std::int64_t> calls{0}, first_to_fail{-1}, failures{0}, live{0};
std::atomic<bool> all_after_fail{false};
constinit thread_local int own_work = 0;  // how many of them live
std::atomic<std::uint64_t*> stack_hashes{nullptr};
std::int64_t stack_capacity = 0;

// FNV-1a over the return addresses.
std::uint64_t hash_of_stack() {
  const OwnWork kept;  // unwinding may allocate
  constexpr int kFrames = 64;
  void* frames[kFrames];
  std::uint64_t hash = 14695981039346656037u;
  for (int i = 0, count = backtrace(frames, kFrames); i < count; ++i)
    hash = (hash ^ reinterpret_cast<std::uintptr_t>(frames[i])) * 1099511628211u;
  return hash;
}

bool refused(Resource resource) {
  if (own_work > 0) return false;
  if (armed.load(std::memory_order_relaxed) != static_cast<int>(resource)) return false;
  const std::int64_t call = calls.fetch_add(1, std::memory_order_relaxed);
  if (std::uint64_t* hashes = stack_hashes.load(std::memory_order_relaxed); hashes && call < stack_capacity)
    hashes[call] = hash_of_stack();
  const std::int64_t first = first_to_fail.load(std::memory_order_relaxed);
  const bool fails =
      first >= 0 && (all_after_fail.load(std::memory_order_relaxed) ? call >= first : call == first);
  if (fails) failures.fetch_add(1, std::memory_order_relaxed);
  return fails;
}

void* no_memory() {
  errno = ENOMEM;
  return nullptr;
}

void* counted(void* block) {
  if (block) live.fetch_add(1, std::memory_order_relaxed);
  return block;
}

}  // namespace

const char* resource_name(Resource resource) {
  constexpr const char* kNames[] = {"allocation", "mapping", "executable mapping", "thread"};
  return kNames[static_cast<int>(resource)];
}

void arm(Resource resource, std::int64_t first, bool all_after) {
  calls = 0;
  failures = 0;
  first_to_fail = first;
  all_after_fail = all_after;
  armed = static_cast<int>(resource);
}

void record_stacks(std::uint64_t* hashes, std::int64_t capacity) {
  stack_capacity = capacity;
  stack_hashes = hashes;
}

std::int64_t disarm() {
  armed = -1;
  stack_hashes = nullptr;
  return calls;
}

bool struck() { return failures > 0; }
OwnWork::OwnWork() { ++own_work; }
OwnWork::~OwnWork() { --own_work; }
std::int64_t live_blocks() { return live; }

}  // namespace rt3d::faults

using rt3d::faults::counted;
using rt3d::faults::no_memory;
using rt3d::faults::refused;
using rt3d::faults::Resource;

extern "C" {

void* malloc(std::size_t bytes) {
  return refused(Resource::memory) ? no_memory() : counted(__libc_malloc(bytes));
}

void* calloc(std::size_t count, std::size_t bytes) {
  return refused(Resource::memory) ? no_memory() : counted(__libc_calloc(count, bytes));
}

void* realloc(void* block, std::size_t bytes) {
  if (refused(Resource::memory)) return no_memory();
  void* const moved = __libc_realloc(block, bytes);
  if (!block) return counted(moved);
  if (!moved && bytes == 0) rt3d::faults::live.fetch_sub(1, std::memory_order_relaxed);
  return moved;
}

void* memalign(std::size_t alignment, std::size_t bytes) {
  return refused(Resource::memory) ? no_memory() : counted(__libc_memalign(alignment, bytes));
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) {
  void* const made = memalign(alignment, bytes);
  if (!made) return ENOMEM;
  *block = made;
  return 0;
}

void free(void* block) {
  if (block) rt3d::faults::live.fetch_sub(1, std::memory_order_relaxed);
  __libc_free(block);
}

void* mmap(void* address, std::size_t bytes, int protection, int flags, int descriptor,
           off_t offset) noexcept {
  if (refused((protection & PROT_EXEC) != 0 ? Resource::code : Resource::mapping)) {
    errno = (protection & PROT_EXEC) != 0 ? EACCES : ENOMEM;
    return MAP_FAILED;
  }
  const long mapped = syscall(SYS_mmap, address, bytes, protection, flags, descriptor, offset);
  return reinterpret_cast<void*>(mapped);  // NOLINT(performance-no-int-to-ptr): the kernel gives a number
}

void* mmap64(void* address, std::size_t bytes, int protection, int flags, int descriptor,
             off_t offset) noexcept {
  return mmap(address, bytes, protection, flags, descriptor, offset);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  return refused(Resource::thread) ? EAGAIN : create(thread, attributes, start, argument);
}

}  // extern "C"
