// ClEngine: an OpenCL device with its in-order queue.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels/cl/builder.h"
#include "kernels/cl/device.h"
#include "kernels/cl/handle.h"
#include "kernels/cl/recipe.h"
#include "kernels/engine.h"

namespace rt3d::kernels::cl {

class ClEngine final : public Engine {
 public:
  // Throws what OpenCL refuses. `cpu` says the accuracy.
  ClEngine(ClDevice device, const Target& cpu, ThreadPool& pool);
  ~ClEngine() override;

  const Target& target() const override { return target_; }
  Space space() const override { return Space::device; }
  ThreadPool& pool() override { return pool_; }
  std::unique_ptr<Memory> allocate(std::size_t bytes) override;
  void run(const Kernel& kernel, const RunArgs& args, int workers) override;
  void zero_halo(const TensorDesc& desc, Place first, const Placement& at, int workers) override;
  void flush() override;
  void finish() override;
  bool queues() const override { return true; }
  std::unique_ptr<StepTimer> make_timer() override;
  double measured_peak() override;
  int compiles_ahead() const override { return builder_->most_at_once(); }
  bool await_compiling(std::chrono::nanoseconds at_most) override { return builder_->await_all(at_most); }
  void keep_code_in(const std::filesystem::path& file) override;
  void save_code() override { builder_->save(); }

  // For this engine's kernels. Nothing of these throws when things go wrong while kernels run: finish() tells.
  const ClDevice& device() const { return device_; }
  const Api& api() const { return *device_.api; }
  cl_context context() const { return context_.get(); }
  cl_command_queue queue() const { return queue_.get(); }
  Builder& builder() { return *builder_; }
  void enqueue(cl_kernel kernel, const Range& range);
  // From now on every launch's event goes there; nullptr: nowhere.
  void record(std::vector<Handle<cl_event>>* launches) { launches_ = launches; }
  // Keeps the first status that is no success.
  void note(cl_int status, const char* what);
  // The image over a whole buffer of this engine, made when it is first asked for; nullptr, noted, where the device gives none.
  cl_mem image_over(cl_mem buffer, Texel texel);
  // To be told before a buffer goes.
  void forget_images_over(cl_mem buffer);
  // Bytes of memory were allocated, or let go.
  void took(std::int64_t bytes) { taken_ += bytes; }
  // Memory that the host can map, at least so large: for what goes in and out.
  cl_mem staging(std::size_t bytes);

 private:
  // Clears halos of floats or of halves.
  struct Halo {
    Builder::Ticket build;
    Handle<cl_kernel> kernel;
  };
  const Halo& halo(DType type);
  void know_the_device();
  Handle<cl_command_queue> make_queue(cl_command_queue_properties properties, cl_int& status);
  Handle<cl_mem> make_buffer(std::size_t bytes, cl_mem_flags flags);

  ClDevice device_;
  Target target_;
  ThreadPool& pool_;
  Handle<cl_context> context_;
  Handle<cl_command_queue> queue_;
  std::unique_ptr<Builder> builder_;
  std::array<Halo, 2> halos_;
  std::map<std::pair<cl_mem, Texel>, Handle<cl_mem>> images_;
  Handle<cl_mem> staging_;
  std::size_t staging_bytes_ = 0;
  std::int64_t taken_ = 0;
  int unflushed_ = 0;
  std::vector<Handle<cl_event>>* launches_ = nullptr;
  cl_int trouble_ = CL_SUCCESS;
  std::string trouble_at_;
};

// The memory and the buffer that a place of the device means.
inline cl_mem buffer_of(const Place& place) { return static_cast<cl_mem>(place.base); }

// Sets a kernel's arguments one after the other.
class Arguments {
 public:
  Arguments(ClEngine& engine, cl_kernel kernel) : engine_(engine), kernel_(kernel) {}
  Arguments& buffer(cl_mem memory) { return put(memory); }
  // The buffer, or the image over it.
  Arguments& memory(cl_mem memory, Texel texel) {
    return buffer(texel == Texel::none ? memory : engine_.image_over(memory, texel));
  }
  Arguments& number(cl_int value) { return put(value); }
  Arguments& real(cl_float value) { return put(value); }
  // The same and the place in elements of that many bytes.
  Arguments& place(const Place& place, std::size_t element_bytes, Texel texel = Texel::none) {
    return memory(buffer_of(place), texel).number(static_cast<cl_int>(place.offset / element_bytes));
  }

 private:
  template <typename Value>
  Arguments& put(const Value& value) {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): of a buffer its handle is what is passed
    engine_.note(engine_.api().SetKernelArg(kernel_, next_++, sizeof value, &value),
                 "an argument of a kernel");
    return *this;
  }
  ClEngine& engine_;
  cl_kernel kernel_;
  cl_uint next_ = 0;
};

}  // namespace rt3d::kernels::cl
