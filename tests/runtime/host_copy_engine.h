// An engine as a GPU is one: the host cannot address its memory, and what it is told to run is done later, by a thread of its own. It
// computes with the CPU's own code, so that whoever reads too early or without a copy is found.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "kernels/engine.h"
#include "kernels/forwarding_family.h"

namespace rt3d::tests {

class HostCopyEngine final : public kernels::Engine {
 public:
  // Of the other kind memory is the host's and work is done at once: what must come out.
  enum class Kind : std::uint8_t { apart_and_late, open_and_prompt };
  HostCopyEngine(const kernels::Target& cpu, Kind kind);
  ~HostCopyEngine() override;

  const kernels::Target& target() const override { return target_; }
  kernels::Space space() const override { return kernels::Space::device; }
  ThreadPool& pool() override { return pool_; }
  std::unique_ptr<kernels::Memory> allocate(std::size_t bytes) override;
  void run(const kernels::Kernel& kernel, const kernels::RunArgs& args, int workers) override;
  void zero_halo(const TensorDesc& desc, kernels::Place first, const kernels::Placement& at,
                 int workers) override;
  void finish() override;

 private:
  class Guarded;  // memory
  using Work = std::function<void()>;
  void later(Work work);
  void work();
  // Where the host finds what lies at a place: of memory of ours in the buffer behind it, else as it is.
  kernels::Place within(kernels::Place place) const;

  const Kind kind_;
  kernels::Target target_;
  ThreadPool pool_;                      // of the worker, and of packing before anything runs
  std::map<void*, std::byte*> buffers_;  // by what the host sees of them
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  bool busy_ = false, ends_ = false;
  std::thread worker_;  // last: it uses the others
};

// `family` as one of the engine's, where `wanted` says so: its tensors lie in the engine's memory.
class OnDevice final : public kernels::ForwardingFamily {
 public:
  OnDevice(const kernels::KernelFamily& family, bool (*wanted)(const kernels::Problem&))
      : ForwardingFamily(family), wanted_(wanted), id_(std::string(family.id()) + ".device") {}

  std::string_view id() const override { return id_; }
  bool supports(const kernels::Problem& p, const kernels::Target& t) const override {
    return wanted_(p) && of().supports(p, t);
  }
  kernels::Ports ports(const kernels::Problem& p, const kernels::Target& t) const override;
  double estimate_ns(const kernels::Problem&, const kernels::Schedule&,
                     const kernels::Target&) const override {
    return 0;  // preferred wherever it is offered
  }

 private:
  bool (*wanted_)(const kernels::Problem&);
  std::string id_;
};

// Copies of floats with the engine's memory on one side or on both.
const kernels::KernelFamily& host_copy_family();

}  // namespace rt3d::tests
