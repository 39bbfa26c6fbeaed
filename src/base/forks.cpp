#include "base/forks.h"

#include <pthread.h>

#include <atomic>
#include <new>

namespace rt3d {
namespace {
std::atomic<unsigned> made{0}, born{0};
void before() { made.fetch_add(1, std::memory_order_relaxed); }
void in_child() { born.fetch_add(1, std::memory_order_relaxed); }
}  // namespace

void watch_forks() {
  static const bool watching = [] {
    if (pthread_atfork(before, nullptr, in_child) != 0) throw std::bad_alloc();
    return true;
  }();
  static_cast<void>(watching);
}

Forks forks() noexcept {
  return {made.load(std::memory_order_relaxed), born.load(std::memory_order_relaxed)};
}

}  // namespace rt3d
