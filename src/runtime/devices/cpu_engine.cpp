#include "runtime/devices/cpu_engine.h"

#include <cstring>
#include <utility>

#include "base/buffer.h"
#include "kernels/copy/reorder.h"

namespace rt3d::runtime {
namespace {

class HostMemory : public kernels::Memory {
 public:
  explicit HostMemory(Buffer buffer) : buffer_(std::move(buffer)) {}

  std::size_t bytes() const override { return buffer_.bytes(); }
  void let_go() override { buffer_.let_go(); }
  void* base() const override { return buffer_.data(); }
  void write(std::size_t offset, std::span<const std::byte> from) override {
    if (!from.empty()) std::memcpy(buffer_.data() + offset, from.data(), from.size());
  }
  void read(std::size_t offset, std::span<std::byte> to) const override {
    if (!to.empty()) std::memcpy(to.data(), buffer_.data() + offset, to.size());
  }

 private:
  Buffer buffer_;
};

}  // namespace

std::unique_ptr<kernels::Memory> CpuEngine::allocate(std::size_t bytes) {
  return std::make_unique<HostMemory>(Buffer::zeroed(bytes));
}

std::unique_ptr<kernels::Memory> CpuEngine::allocate_untouched(std::size_t bytes) {
  return std::make_unique<HostMemory>(Buffer::untouched(bytes));
}

void CpuEngine::run(const kernels::Kernel& kernel, const kernels::RunArgs& args, int workers) {
  pool_.limit(workers);
  kernel.run(args);
}

void CpuEngine::zero_halo(const TensorDesc& desc, kernels::Place first, const kernels::Placement& at,
                          int workers) {
  pool_.limit(workers);
  kernels::copy::zero_halo(desc, first.host(), at, pool_);
}

}  // namespace rt3d::runtime
