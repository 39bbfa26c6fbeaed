#include "base/thread_pool.h"

#include <pthreadpool.h>
#include <sched.h>

#include <algorithm>
#include <atomic>

#include "base/error.h"

#if defined(__SANITIZE_THREAD__)
extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

namespace rt3d {
namespace {

// The distribution's pthreadpool is not instrumented, so ThreadSanitizer has to be told how it hands work over and waits.
#if defined(__SANITIZE_THREAD__)
void handing_over(void* work) { __tsan_release(work); }
void taking_over(void* work) { __tsan_acquire(work); }
#else
void handing_over(void*) {}
void taking_over(void*) {}
#endif

}  // namespace

struct ThreadPool::Impl {
  pthreadpool_t pool = nullptr;
};

ThreadPool::ThreadPool(int threads) : impl_(std::make_unique<Impl>()), size_(threads), limit_(threads) {
  if (threads < 1 || threads > 1024) fail(Code::invalid_argument, "threads must be 1 to 1024, not ", threads);
  if (threads == 1) return;
  impl_->pool = pthreadpool_create(static_cast<std::size_t>(threads));
  if (!impl_->pool) fail(Code::out_of_memory, "cannot start ", threads, " threads");
}

ThreadPool::~ThreadPool() {
  if (impl_->pool) pthreadpool_destroy(impl_->pool);
}

void ThreadPool::run_erased(std::int64_t count, Call call, const void* body) {
  struct Shared {
    std::atomic<std::int64_t> next{0};
    std::int64_t count;
    Call call;
    void* body;
  } shared;
  shared.count = count;
  shared.call = call;
  shared.body = const_cast<void*>(body);
  // One item per worker, each drawing tasks from a shared counter: the item's number is the worker's number.
  const auto worker = [](void* context, std::size_t index) {
    taking_over(context);
    auto& s = *static_cast<Shared*>(context);
    for (std::int64_t task; (task = s.next.fetch_add(1, std::memory_order_relaxed)) < s.count;)
      s.call(s.body, task, static_cast<int>(index));
    handing_over(context);
  };
  const auto items = static_cast<std::size_t>(std::min<std::int64_t>({count, size_, limit_}));
  if (items == 0) return;
  handing_over(&shared);
  pthreadpool_parallelize_1d(impl_->pool, worker, &shared, items, PTHREADPOOL_FLAG_DISABLE_DENORMALS);
  taking_over(&shared);
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace rt3d
