// An engine whose waits take time on the fake clock beside the runs that they wait for.
#pragma once

#include <functional>
#include <utility>

#include "tuner/fake_family.h"

namespace rt3d::tuner {

class FakeQueue : public runtime::CpuEngine {
 public:
  FakeQueue(const kernels::Target& target, ThreadPool& pool, std::function<double()> wait_us,
            kernels::Space space = kernels::Space::device)
      : CpuEngine(target, pool), wait_us_(std::move(wait_us)), space_(space) {}

  kernels::Space space() const override { return space_; }
  bool queues() const override { return space_ != kernels::Space::host; }
  void finish() override {
    ++waits;
    FakeClock::now += std::chrono::nanoseconds(static_cast<std::int64_t>(wait_us_() * 1e3));
  }

  int waits = 0;

 private:
  std::function<double()> wait_us_;
  kernels::Space space_;
};

}  // namespace rt3d::tuner
