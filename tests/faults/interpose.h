// What the system can refuse, refused on purpose: this program's malloc family, mmap and pthread_create stand before the C library's,
// for librt3d.so and everything below it, too. They count, and fail when a test says so.
#pragma once

#include <cstdint>

namespace rt3d::faults {

enum class Resource { memory, mapping, code, thread };  // malloc & co; mmap; executable mmap; pthread_create
const char* resource_name(Resource resource);

// From now on calls for `resource` are counted, and the one with number `first` (from 0) fails; with `all_after` all later ones do,
// too. Below zero none fails.
void arm(Resource resource, std::int64_t first, bool all_after);
std::int64_t disarm();  // how many calls there were; nothing fails any more
// Until disarm() writes down what each call's stack hashes to: the same calls by the same way give the same number.
void record_stacks(std::uint64_t* hashes, std::int64_t capacity);
bool struck();  // whether a call has failed since arm()

// While one lives this thread's calls are neither counted nor refused: the test's own work between calls of the library.
class OwnWork {
 public:
  OwnWork();
  ~OwnWork();
  OwnWork(const OwnWork&) = delete;
  OwnWork& operator=(const OwnWork&) = delete;
};

std::int64_t live_blocks();  // from the malloc family, not freed yet

}  // namespace rt3d::faults
