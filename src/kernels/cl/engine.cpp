#include "kernels/cl/engine.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "kernels/cl/layout.h"
#include "kernels/cl/measured.h"
#include "kernels/cl/queue_timer.h"
#include "kernels/cl/sources.h"
#include "kernels/cl/status.h"

namespace rt3d::kernels::cl {
namespace {

// A driver starts work when it is flushed; few kernels between flushes keep the display fluent (flutter_gemma's measurement on an
// Adreno 740: frames of 7 instead of 123 ms in the 95th percentile, at no cost).
constexpr int kKernelsPerFlush = 2;

// What compiles longest here, a convolution by PoCL, takes five seconds; phones' drivers take less.
std::chrono::nanoseconds patience() {
  constexpr int kPatience = 120;
  return std::chrono::seconds(env_number(EnvSwitch::opencl_patience, kPatience));
}

class ClMemory final : public Memory {
 public:
  ClMemory(ClEngine& engine, Handle<cl_mem> buffer, std::size_t bytes)
      : engine_(engine), buffer_(std::move(buffer)), bytes_(bytes) {
    engine_.took(static_cast<std::int64_t>(bytes_));
  }
  ~ClMemory() override {
    engine_.api().Finish(engine_.queue());
    engine_.took(-static_cast<std::int64_t>(bytes_));
    engine_.forget_images_over(buffer_.get());
  }

  std::size_t bytes() const override { return bytes_; }
  void* base() const override { return buffer_.get(); }
  void write(std::size_t offset, std::span<const std::byte> from) override {
    engine_.finish();
    if (from.empty()) return;
    check(engine_.api().EnqueueWriteBuffer(engine_.queue(), buffer_.get(), CL_TRUE, offset, from.size(),
                                           from.data(), 0, nullptr, nullptr),
          "writing to the device");
  }
  void read(std::size_t offset, std::span<std::byte> to) const override {
    engine_.finish();
    if (to.empty()) return;
    check(engine_.api().EnqueueReadBuffer(engine_.queue(), buffer_.get(), CL_TRUE, offset, to.size(),
                                          to.data(), 0, nullptr, nullptr),
          "reading from the device");
  }

 private:
  ClEngine& engine_;
  Handle<cl_mem> buffer_;
  std::size_t bytes_;
};

}  // namespace

ClEngine::ClEngine(ClDevice device, const Target& cpu, ThreadPool& pool)
    : device_(std::move(device)), pool_(pool) {
  target_.accuracy = cpu.accuracy;
  target_.threads = 1;  // of the host: none of its threads computes
  target_.device = cpu.device;
  target_.device.name = device_.description.name;
  target_.device.isa = Isa::none;
  target_.device.accelerator = std::make_shared<const Accelerator>(device_.description);
  cl_int status = CL_SUCCESS;
  context_ = std::make_shared<const Handle<cl_context>>(
      api().CreateContext(nullptr, 1, &device_.id, nullptr, nullptr, &status), api().ReleaseContext);
  check(status, "opening " + device_.description.name);
  queue_ = make_queue(0, status);
  check(status, "making a queue of " + device_.description.name);
  constexpr int kMostBuilds = 4;
  builder_ = std::make_shared<Builder>(device_, context_, std::min(pool.size(), kMostBuilds), patience());
}

Handle<cl_command_queue> ClEngine::make_queue(cl_command_queue_properties properties, cl_int& status) {
  return {api().CreateCommandQueue(context(), device_.id, properties, &status), api().ReleaseCommandQueue};
}

// Estimates keep what they stand on: schedules that are remembered stay the promising ones.
double ClEngine::measured_peak() {
  return std::max(device_.description.multiply_adds_per_ns, measure_peak(*this));
}

// A queue that takes times may be slower: there is one only where somebody asks.
std::unique_ptr<StepTimer> ClEngine::make_timer() {
  cl_int status = CL_INVALID_QUEUE_PROPERTIES;
  Handle<cl_command_queue> timed;
  if (device_.description.profiles) timed = make_queue(CL_QUEUE_PROFILING_ENABLE, status);
  if (status != CL_SUCCESS) {
    log(LogLevel::warning, device_.description.name, " has no queue that takes times (", status_name(status),
        "): the host's clock does, which waits after each step");
    return Engine::make_timer();
  }
  finish();
  queue_ = std::move(timed);
  return std::make_unique<QueueTimer>(*this);
}

void ClEngine::keep_code_in(const std::filesystem::path& file) {
  builder_->keep_in(file);
  know_the_device();
}

// Measured once for each device and driver: known in this process, or in the file of programs.
void ClEngine::know_the_device() {
  const std::string name = device_.description.fingerprint();
  std::optional<Measured> known = known_measured(name);
  if (!known) known = builder_->recall<Measured>(name);
  if (!known) {
    known = measure(*this);
    log(LogLevel::info, device_.description.name, ": ", known->multiply_adds_per_ns, " multiply-adds and ",
        known->bytes_per_ns, " bytes per ns, ", known->launch_ns / 1e3, " us per launch");
  }
  remember(name, *known);
  builder_->keep(name, *known);
  apply(*known, device_.description);
  target_.device.accelerator = std::make_shared<const Accelerator>(device_.description);
}

ClEngine::~ClEngine() {
  if (queue_) api().Finish(queue());
  builder_->end();
}

Handle<cl_mem> ClEngine::make_buffer(std::size_t bytes, cl_mem_flags flags) {
  if (static_cast<std::int64_t>(bytes) > device_.description.most_bytes)
    fail(Code::out_of_memory, "OpenCL: ", device_.description.name, " gives at most ",
         device_.description.most_bytes, " bytes in one piece, not ", bytes);
  const Accelerator& a = device_.description;
  if (const std::int64_t most = a.memory_bytes / a.memory_share;
      most > 0 && taken_ + static_cast<std::int64_t>(bytes) > most)
    fail(Code::out_of_memory, "OpenCL: ", a.name, " has ", a.memory_bytes,
         " bytes of memory, of which a session takes ", "at most ", most, ": ", bytes, " more than the ",
         taken_, " that it has are too many");
  cl_int status = CL_SUCCESS;
  Handle buffer(api().CreateBuffer(context(), flags, bytes, nullptr, &status), api().ReleaseMemObject);
  check(status, cat("allocating ", bytes, " bytes of ", device_.description.name));
  return buffer;
}

std::unique_ptr<Memory> ClEngine::allocate(std::size_t bytes) {
  const std::size_t at_least = std::max<std::size_t>((bytes + 15) / 16 * 16, 16);
  auto memory = std::make_unique<ClMemory>(*this, make_buffer(at_least, CL_MEM_READ_WRITE), at_least);
  constexpr cl_float kZero = 0;
  check(api().EnqueueFillBuffer(queue(), buffer_of({*memory, 0}), &kZero, sizeof kZero, 0, at_least, 0,
                                nullptr, nullptr),
        "clearing memory");
  return memory;
}

cl_mem ClEngine::image_over(cl_mem buffer, Texel texel) {
  Handle<cl_mem>& image = images_[{buffer, texel}];
  if (image) return image.get();
  constexpr std::array kFormats{
      cl_image_format{}, cl_image_format{CL_RGBA, CL_HALF_FLOAT}, cl_image_format{CL_RGBA, CL_FLOAT},
      cl_image_format{CL_RGBA, CL_UNSIGNED_INT32}, cl_image_format{CL_R, CL_SIGNED_INT32}};
  std::size_t bytes = 0;
  cl_int status = api().GetMemObjectInfo(buffer, CL_MEM_SIZE, sizeof bytes, &bytes, nullptr);
  if (status == CL_SUCCESS) {
    cl_image_desc what{};
    what.image_type = CL_MEM_OBJECT_IMAGE1D_BUFFER;
    what.image_width = bytes / static_cast<std::size_t>(texel_bytes(texel));
    what.buffer = buffer;
    image = {api().CreateImage(context(), CL_MEM_READ_ONLY, &kFormats.at(static_cast<std::size_t>(texel)),
                               &what, nullptr, &status),
             api().ReleaseMemObject};
  }
  note(status, "making an image over a buffer");
  return image.get();
}

void ClEngine::forget_images_over(cl_mem buffer) {
  std::erase_if(images_, [&](const auto& entry) { return entry.first.first == buffer; });
}

cl_mem ClEngine::staging(std::size_t bytes) {
  if (bytes > staging_bytes_) {
    staging_ = {};
    staging_ = make_buffer(bytes, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR);
    staging_bytes_ = bytes;
  }
  return staging_.get();
}

void ClEngine::note(cl_int status, const char* what) {
  if (status == CL_SUCCESS || trouble_ != CL_SUCCESS) return;
  trouble_ = status;
  trouble_at_ = what;
}

void ClEngine::run(const Kernel& kernel, const RunArgs& args, int) { kernel.run(args); }

void ClEngine::enqueue(cl_kernel kernel, const Range& range) {
  const std::size_t* local = range.local[0] == 0 ? nullptr : range.local.data();
  const std::size_t step = local == nullptr ? 1 : range.local[2], groups = range.global[2] / step;
  const std::size_t parts = std::clamp<std::size_t>(range.parts, 1, groups);
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t first = groups * part / parts, last = groups * (part + 1) / parts;
    const std::array<std::size_t, 3> offset{0, 0, first * step};
    const std::array<std::size_t, 3> global{range.global[0], range.global[1], (last - first) * step};
    cl_event launch = nullptr;
    note(api().EnqueueNDRangeKernel(queue(), kernel, 3, offset.data(), global.data(), local, 0, nullptr,
                                    launches_ == nullptr ? nullptr : &launch),
         "starting a kernel");
    if (launch != nullptr) launches_->emplace_back(launch, api().ReleaseEvent);
    if (++unflushed_ >= kKernelsPerFlush) flush();
  }
}

void ClEngine::flush() {
  unflushed_ = 0;
  note(api().Flush(queue()), "starting the queue");
}

const ClEngine::Halo& ClEngine::halo(DType type) {
  Halo& known = halos_[type == DType::f16 ? 1 : 0];
  if (known.kernel) return known;
  Macros macros;
  if (type == DType::f16) macros.flag("Y_HALF");
  known.build = builder_->start({kHalo, macros.text(), "zero_halo"});
  known.kernel = builder_->kernel(known.build);
  return known;
}

void ClEngine::zero_halo(const TensorDesc& desc, Place first, const Placement& at, int) {
  const Halo& known = halo(desc.dtype);
  const Dims5 s(desc.shape);
  const std::int64_t channel_blocks = blocks(s.c, at.block);
  Arguments arguments(*this, known.kernel.get());
  arguments.place(first, dtype_bytes(desc.dtype));
  for (const std::int64_t size : {at.n, at.c, at.d, at.h, std::int64_t{at.block}, channel_blocks, s.h, s.w,
                                  std::int64_t{at.halo_h}, std::int64_t{at.halo_w}})
    arguments.number(static_cast<cl_int>(size));
  enqueue(known.kernel.get(), Range::of({s.h + 2 * at.halo_h, s.d, s.n * channel_blocks}, {0, 0, 0}));
}

void ClEngine::finish() {
  unflushed_ = 0;
  note(api().Finish(queue()), "waiting for the device");
  if (trouble_ == CL_SUCCESS) return;
  const cl_int status = std::exchange(trouble_, CL_SUCCESS);
  check(status, trouble_at_);
}

}  // namespace rt3d::kernels::cl
