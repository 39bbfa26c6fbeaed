// How a job is handed out. One word, the gate, holds two numbers: how many more workers may join the job (`free`), and how many
// have joined it and not left (`inside`). The caller
//   1. writes the job and the number of its tasks,
//   2. opens the gate with free = workers wanted, inside = 0, and wakes sleepers if too few workers are awake,
//   3. takes tasks from the shared counter until there are none,
//   4. closes the gate (free = 0) and waits until inside = 0.
// A worker joins by exchanging (free, inside) for (free - 1, inside + 1), takes tasks, and leaves by subtracting from inside.
// A worker that does not wake up in time costs nothing: nobody waits for it, and however late it comes, the gate is closed.
//
// Why nobody touches a job that is over, or that is being written: joining is one compare-and-exchange which succeeds only
// while the gate's current value has free > 0, that is between 2 and 4 of some job, and it raises inside; from then until it
// leaves, that job's caller stays in step 4. It matters not how long ago the worker read the value that it expects: if the
// gate holds an equal value again, then there is an open job again, and the worker joins that one. The exchange reads a value
// in the release sequence headed by step 2, so the job's words are visible; leaving is a release that step 4 acquires,
// so everything that tasks wrote is visible to the caller and the next job's words are written after they were last read.
#include "base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/cores.h"
#include "base/denormals.h"
#include "base/error.h"
#include "base/forks.h"
#include "base/spin.h"

namespace rt3d {
namespace {

// The gate's word: two numbers of at most 1023, two flags, and a count of jobs that keeps a worker on its way to sleep from
// taking an open gate for the one it saw.
using Gate = std::uint32_t;
constexpr Gate kOneFree = 1, kFreeMask = 0x3ff;
constexpr Gate kOneInside = 0x400, kInsideMask = 0xffc00;
constexpr Gate kCallerSleeps = 0x100000;  // the last to leave wakes the caller
constexpr Gate kStop = 0x200000;          // the pool is being destroyed
constexpr Gate kOneJob = 0x400000, kJobMask = 0xffc00000;

// A worker spins for longer than the gaps between most parallel steps of a network. The caller spins for longer than most
// last tasks.
constexpr std::chrono::microseconds kWorkerSpin{100}, kCallerSpin{200}, kNoSpin{0};

}  // namespace

struct ThreadPool::Impl {
  explicit Impl(bool spin) : spinning(spin), caller_spinner(spin ? kCallerSpin : kNoSpin) {}
  ~Impl() { stop(); }

  alignas(64) std::atomic<Gate> gate{0};
  alignas(64) std::atomic<std::int64_t> left{0};  // tasks not taken yet; below zero when several found none
  // The job: written with the gate closed and nobody inside.
  alignas(64) std::int64_t count = 0;
  Call call = nullptr;
  void* body = nullptr;
  alignas(64) std::atomic<int> sleeping{0};     // workers that sleep, or are about to and will look once more
  std::atomic<std::uint32_t> caller_may_go{0};  // what a sleeping caller waits for
  const bool spinning;
  Spinner caller_spinner;
  std::vector<std::thread> threads;
  std::atomic<bool> failed{false};  // a task of the job threw; `failure` is what the first one threw
  std::exception_ptr failure;
  const unsigned born = forks().born;  // in a forked child the threads are not there

  bool in_child() const { return forks().born != born; }

  // What a task throws is kept for the caller, and the tasks that nobody took are left out.
  void take_tasks(int worker) noexcept {
    try {
      for (std::int64_t taken; (taken = left.fetch_sub(1, std::memory_order_relaxed)) > 0;) {
        note_core();
        call(body, count - taken, worker);
      }
    } catch (...) {
      left.store(0, std::memory_order_relaxed);
      if (!failed.exchange(true, std::memory_order_relaxed)) failure = std::current_exception();
    }
  }

  void rethrow() {
    failed.store(false, std::memory_order_relaxed);
    std::rethrow_exception(std::exchange(failure, nullptr));
  }

  // Takes part in the open job, if there is one with tasks left.
  void join(int worker) {
    Gate seen = gate.load(std::memory_order_relaxed);
    do {
      if ((seen & kFreeMask) == 0 || left.load(std::memory_order_relaxed) <= 0) return;
    } while (!gate.compare_exchange_weak(seen, seen - kOneFree + kOneInside, std::memory_order_acquire,
                                         std::memory_order_relaxed));
    take_tasks(worker);
    const Gate before = gate.fetch_sub(kOneInside, std::memory_order_acq_rel);
    if ((before & kInsideMask) == kOneInside && (before & kCallerSleeps) != 0) {
      caller_may_go.store(1, std::memory_order_seq_cst);
      caller_may_go.notify_one();
    }
  }

  void work(int worker) {
    const DenormalsFlushed flushed;
    Spinner spinner(spinning ? kWorkerSpin : kNoSpin);
    const auto something_new = [this] {
      const Gate now = gate.load(std::memory_order_relaxed);
      return (now & kStop) != 0 || ((now & kFreeMask) != 0 && left.load(std::memory_order_relaxed) > 0);
    };
    for (;;) {
      if (!spinner.wait(something_new)) sleep();
      if ((gate.load(std::memory_order_acquire) & kStop) != 0) return;
      join(worker);
    }
  }

  // Until the gate changes from a value that offers nothing. Counting before looking, both sequentially consistent, is what
  // lets open() skip the wake-up: either it sees the count, or the look sees the open gate.
  void sleep() {
    sleeping.fetch_add(1, std::memory_order_seq_cst);
    const Gate seen = gate.load(std::memory_order_seq_cst);
    const bool offers = (seen & kFreeMask) != 0 && left.load(std::memory_order_relaxed) > 0;
    if (!offers && (seen & kStop) == 0) gate.wait(seen, std::memory_order_relaxed);
    sleeping.fetch_sub(1, std::memory_order_relaxed);
  }

  void open(int wanted) {
    const Gate job = (gate.load(std::memory_order_relaxed) & kJobMask) + kOneJob;
    gate.store(job + static_cast<Gate>(wanted) * kOneFree, std::memory_order_seq_cst);
    const int asleep = sleeping.load(std::memory_order_seq_cst);
    const int awake = static_cast<int>(threads.size()) - asleep;
    for (int i = awake; i < wanted; ++i) gate.notify_one();
  }

  void close() {
    const Gate before = gate.fetch_and(~kFreeMask, std::memory_order_acquire);
    if ((before & kInsideMask) == 0) return;
    const auto all_left = [this] { return (gate.load(std::memory_order_acquire) & kInsideMask) == 0; };
    if (caller_spinner.wait(all_left)) return;
    caller_may_go.store(0, std::memory_order_relaxed);
    if ((gate.fetch_or(kCallerSleeps, std::memory_order_acq_rel) & kInsideMask) != 0)
      caller_may_go.wait(0, std::memory_order_acquire);
  }

  void stop() {
    gate.store(kStop, std::memory_order_seq_cst);
    gate.notify_all();
    for (std::thread& t : threads) t.join();
  }
};

ThreadPool::ThreadPool(int threads) : size_(threads), limit_(threads) {
  if (threads < 1 || threads > 1024) fail(Code::invalid_argument, "threads must be 1 to 1024, not ", threads);
  watch_forks();
  impl_ = std::make_unique<Impl>(threads <= usable_cores());
  note_core();  // now, because what it remembers is read once
  impl_->threads.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int worker = 1; worker < threads; ++worker)
      impl_->threads.emplace_back([impl = impl_.get(), worker] { impl->work(worker); });
  } catch (const std::system_error& e) {
    fail(Code::out_of_memory, "cannot start ", threads, " threads, only ", impl_->threads.size() + 1, ": ",
         e.what());
  }
}

// In a forked child the threads can be neither waited for nor let go: what was known of them stays behind.
ThreadPool::~ThreadPool() {
  if (impl_->in_child()) static_cast<void>(impl_.release());
}

void ThreadPool::run_erased(std::int64_t count, Call call, const void* body) {
  if (count <= 0) return;
  const DenormalsFlushed flushed;
  const auto workers = impl_->in_child() ? 1 : std::min<std::int64_t>({count, size_, limit_});
  if (workers <= 1) {
    for (std::int64_t task = 0; task < count; ++task) {
      note_core();
      call(const_cast<void*>(body), task, 0);
    }
    return;
  }
  impl_->count = count;
  impl_->call = call;
  impl_->body = const_cast<void*>(body);
  impl_->left.store(count, std::memory_order_relaxed);
  impl_->open(static_cast<int>(workers) - 1);
  impl_->take_tasks(0);
  impl_->close();
  if (impl_->failed.load(std::memory_order_relaxed)) impl_->rethrow();
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace rt3d
