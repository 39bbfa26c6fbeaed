#include "runtime/host_copy_engine.h"

#include <sys/mman.h>

#include <chrono>
#include <cstring>
#include <new>

#include "base/buffer.h"
#include "base/error.h"
#include "kernels/copy/copy.h"
#include "kernels/copy/reorder.h"
#include "kernels/reorder_problem.h"

namespace rt3d::tests {

using kernels::Place;
using kernels::Space;

namespace {

constexpr std::chrono::microseconds kLate(100);

}  // namespace

// The host sees pages that it may not touch; the bytes are in a buffer that it does not know.
class HostCopyEngine::Guarded final : public kernels::Memory {
 public:
  Guarded(HostCopyEngine& engine, std::size_t bytes)
      : engine_(engine), buffer_(Buffer::zeroed(bytes + 1)), bytes_(bytes) {
    seen_ = ::mmap(nullptr, bytes_ + 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (seen_ == MAP_FAILED) throw std::bad_alloc();
    engine_.buffers_[seen_] = buffer_.data();
  }
  ~Guarded() override {
    engine_.finish();
    engine_.buffers_.erase(seen_);
    ::munmap(seen_, bytes_ + 1);
  }
  std::size_t bytes() const override { return bytes_; }
  void* base() const override { return engine_.kind_ == Kind::open_and_prompt ? buffer_.data() : seen_; }
  void write(std::size_t offset, std::span<const std::byte> from) override {
    engine_.finish();
    if (!from.empty()) std::memcpy(buffer_.data() + offset, from.data(), from.size());
  }
  void read(std::size_t offset, std::span<std::byte> to) const override {
    engine_.finish();
    if (!to.empty()) std::memcpy(to.data(), buffer_.data() + offset, to.size());
  }

 private:
  HostCopyEngine& engine_;
  Buffer buffer_;
  std::size_t bytes_;
  void* seen_;
};

HostCopyEngine::HostCopyEngine(const kernels::Target& cpu, Kind kind)
    : kind_(kind), target_(cpu), pool_(cpu.threads) {
  target_.device.name = "host copy";  // the database's key
  worker_ = std::thread([this] { work(); });
}

HostCopyEngine::~HostCopyEngine() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  worker_.join();
}

std::unique_ptr<kernels::Memory> HostCopyEngine::allocate(std::size_t bytes) {
  finish();
  return std::make_unique<Guarded>(*this, bytes);
}

Place HostCopyEngine::within(Place place) const {
  if (const auto buffer = buffers_.find(place.base); buffer != buffers_.end()) place.base = buffer->second;
  return place;
}

void HostCopyEngine::run(const kernels::Kernel& kernel, const kernels::RunArgs& args, int workers) {
  std::vector<Place> inputs, outputs;
  for (const Place& place : args.inputs) inputs.push_back(within(place));
  for (const Place& place : args.outputs) outputs.push_back(within(place));
  later([this, &kernel, inputs, outputs, scratch = within(args.scratch), workers] {
    pool_.limit(workers);
    kernel.run({inputs, outputs, scratch, pool_});
  });
}

void HostCopyEngine::zero_halo(const TensorDesc& desc, Place first, const kernels::Placement& at,
                               int workers) {
  if (kind_ == Kind::apart_and_late && !buffers_.contains(first.base))
    fail(Code::internal, "a halo in the host's memory is none of this engine's");
  later([this, desc, at, workers, data = within(first).host()] {
    pool_.limit(workers);
    kernels::copy::zero_halo(desc, data, at, pool_);
  });
}

void HostCopyEngine::later(Work work) {
  if (kind_ == Kind::open_and_prompt) return work();
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  changed_.notify_all();
}

void HostCopyEngine::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return queue_.empty() && !busy_; });
}

void HostCopyEngine::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ends_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Work next = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    std::this_thread::sleep_for(kLate);
    next();
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

kernels::Ports OnDevice::ports(const kernels::Problem& problem, const kernels::Target& target) const {
  kernels::Ports ports = of().ports(problem, target);
  for (auto* side : {&ports.inputs, &ports.outputs})
    for (kernels::Port& port : *side) port.space = Space::device;
  return ports;
}

namespace {

class HostCopyFamily final : public kernels::KernelFamily {
 public:
  std::string_view id() const override { return "reorder.copy.device"; }
  int version() const override { return 1; }
  bool supports(const kernels::Problem& problem, const kernels::Target&) const override {
    const auto ports = kernels::reorder_ports(problem);
    const int rank = problem.outputs.empty() ? 0 : problem.outputs[0].shape.rank();
    return ports && ports->inputs[0].dtype == DType::f32 && ports->outputs[0].dtype == DType::f32 &&
           rank >= 2 && rank <= 5 &&
           (ports->inputs[0].space == Space::device || ports->outputs[0].space == Space::device);
  }
  kernels::Ports ports(const kernels::Problem& problem, const kernels::Target&) const override {
    return *kernels::reorder_ports(problem);
  }
  double estimate_ns(const kernels::Problem&, const kernels::Schedule&,
                     const kernels::Target&) const override {
    return 0;
  }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& request) const override {
    return kernels::copy::families()[0]->compile(request);
  }
};

}  // namespace

const kernels::KernelFamily& host_copy_family() {
  static const HostCopyFamily family;
  return family;
}

}  // namespace rt3d::tests
