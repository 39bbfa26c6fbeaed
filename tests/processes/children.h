// Processes that tell what they do in memory that both see.
#pragma once

#include <sys/mman.h>
#include <sys/types.h>

#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <new>
#include <span>

#include "processes/work.h"

namespace rt3d::processes {

class SharedTold {
 public:
  explicit SharedTold(std::size_t count)
      : count_(count),
        at_(mmap(nullptr, count * sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (at_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~SharedTold() { munmap(at_, count_ * sizeof(Told)); }
  SharedTold(const SharedTold&) = delete;
  SharedTold& operator=(const SharedTold&) = delete;
  std::span<Told> all() { return {static_cast<Told*>(at_), count_}; }

 private:
  std::size_t count_;
  void* at_;
};

// Forks a child that runs `body`; what that throws is told. The child ends with 0, or with 1 when something was wrong.
template <typename Body>
pid_t start(Told& told, const Body& body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  listen(told);
  try {
    body();
  } catch (const std::exception& error) {
    complain(told, error.what());
  }
  _exit(told.wrong[0] == '\0' ? 0 : 1);
}

}  // namespace rt3d::processes
