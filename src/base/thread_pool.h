// A pool of threads that runs numbered tasks. One pool serves one caller at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace rt3d {

class ThreadPool {
 public:
  // 1 runs everything on the caller's thread, as every pool does in a child that forked after it was made. Throws invalid_argument
  // for a number below 1 or above 1024, out_of_memory when the system starts no more threads.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return size_; }

  // At most this many workers (the caller is one) take part in the runs that follow; size() at first. Small work is done
  // sooner by one thread than two can be brought together, above all when other processes want the cores.
  void limit(int workers) { limit_ = workers; }

  // Calls body(task, worker) once for every task in [0, count); workers take the next free task. `worker` is
  // in [0, size()) and no two concurrent calls share it, so it may index scratch memory. When a body throws,
  // tasks that were not begun are left out and run() throws the same. Denormals are flushed to zero inside.
  template <typename Body>
  void run(std::int64_t count, Body&& body) {
    run_erased(
        count,
        [](void* b, std::int64_t task, int worker) {
          (*static_cast<std::remove_reference_t<Body>*>(b))(task, worker);
        },
        &body);
  }

 private:
  using Call = void (*)(void* body, std::int64_t task, int worker);
  void run_erased(std::int64_t count, Call call, const void* body);

  struct Impl;
  std::unique_ptr<Impl> impl_;
  int size_;
  int limit_;
};

// Cores this process may use (affinity respected), at least 1.
int usable_cores();

}  // namespace rt3d
