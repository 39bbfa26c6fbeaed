// This CPU as an engine: kernels run on its pool of threads at once, and are done when the call returns.
#pragma once

#include "kernels/engine.h"

namespace rt3d::runtime {

class CpuEngine : public kernels::Engine {
 public:
  CpuEngine(kernels::Target target, ThreadPool& pool) : target_(std::move(target)), pool_(pool) {}

  const kernels::Target& target() const override { return target_; }
  kernels::Space space() const override { return kernels::Space::host; }
  ThreadPool& pool() override { return pool_; }
  std::unique_ptr<kernels::Memory> allocate(std::size_t bytes) override;
  std::unique_ptr<kernels::Memory> allocate_untouched(std::size_t bytes) override;
  void run(const kernels::Kernel& kernel, const kernels::RunArgs& args, int workers) override;
  void zero_halo(const TensorDesc& desc, kernels::Place first, const kernels::Placement& at,
                 int workers) override;
  void finish() override {}

 private:
  kernels::Target target_;
  ThreadPool& pool_;
};

}  // namespace rt3d::runtime
