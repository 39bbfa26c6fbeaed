// Measuring beside somebody who uses the same threads: whose turn it is.
#pragma once

#include "base/thread_pool.h"

namespace rt3d::tuner {

class Turns {
 public:
  virtual ~Turns() = default;
  // The engine's threads are the tuner's until give_back(). Waits for them; false: they are not to be had, and the tuner shall pause.
  // Taking what one has, or giving back what one has not, does nothing.
  virtual bool take() = 0;
  virtual void give_back() = 0;
  virtual bool taken() const = 0;
  // Whether the tuner shall pause, whatever its deadline: behind the stage or round at hand, or at once, though the round is then lost.
  virtual bool over() const = 0;
  virtual bool over_at_once() const = 0;
  // What the tuner computes on without a turn.
  virtual ThreadPool& own_threads() = 0;
};

// Has the turn for as long as it lives, and leaves it with whom it found it; without Turns nobody else wants the threads.
class Turn {
 public:
  explicit Turn(Turns* turns)
      : turns_(turns != nullptr && !turns->taken() ? turns : nullptr),
        mine_(turns_ == nullptr || turns_->take()) {}
  ~Turn() {
    if (turns_ != nullptr) turns_->give_back();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  bool mine() const { return mine_; }

 private:
  Turns* turns_;  // nullptr: nothing to give back
  bool mine_;
};

}  // namespace rt3d::tuner
