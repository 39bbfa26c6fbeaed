// Copies between layouts on the device, and between the host's memory and the device's (copy.cl). To and from the host they go through a
// buffer that both see: the host lays out planes there by its own code, and the device does the rest.
#include <algorithm>
#include <optional>

#include "base/error.h"
#include "kernels/cl/engine.h"
#include "kernels/cl/families.h"
#include "kernels/cl/family.h"
#include "kernels/cl/layout.h"
#include "kernels/cl/sources.h"
#include "kernels/copy/reorder.h"
#include "kernels/reorder_problem.h"

namespace rt3d::kernels::cl {
namespace {

// One side's tensor as the staging buffer has it: floats, without halo and gaps, in the blocks of the device's side.
Placement staged(const Shape& shape, int block) { return Placement::of(shape, {.block = block}); }

KernelCode copy_code(const Shape& shape, const Placement& from, DType from_type, const Placement& to,
                     DType to_type) {
  Macros macros;
  add_tensor(macros, "X", shape, from, from_type);
  add_tensor(macros, "Y", shape, to, to_type);
  add_sizes(macros, shape);
  return {kCopy, macros.text(), "copy"};
}

class CopyKernel final : public Kernel {
 public:
  CopyKernel(const KernelRequest& r, ClEngine& engine)
      : engine_(engine),
        shape_(r.problem.outputs[0].shape),
        ports_(*reorder_ports(r.problem)),
        from_(r.inputs[0]),
        to_(r.outputs[0]) {
    const Port &in = ports_.inputs[0], &out = ports_.outputs[0];
    upload_ = in.space == Space::host;
    download_ = out.space == Space::host;
    const Placement x = upload_ ? staged(shape_, to_.block) : from_,
                    y = download_ ? staged(shape_, from_.block) : to_;
    staged_ = upload_ ? x : y;
    build_ = engine_.builder().start(
        copy_code(shape_, x, upload_ ? DType::f32 : in.dtype, y, download_ ? DType::f32 : out.dtype));
    const Dims5 s(shape_);
    range_ =
        Range::of({s.h * s.w, s.d, s.n * blocks(s.c, y.block)}, pixel_group(engine.device().description));
    if (upload_ || download_)
      staging_bytes_ = static_cast<std::size_t>(staged_.elements(shape_)) * sizeof(float);
    if (staging_bytes_ > 0) engine_.staging(staging_bytes_);  // so that run() allocates nothing
  }

  void prepare(std::span<const Tensor* const>, ThreadPool&) override {
    kernel_ = engine_.builder().kernel(build_);
  }
  void run(const RunArgs& args) const override {
    Place from = args.inputs[0], to = args.outputs[0];
    cl_mem staging = staging_bytes_ > 0 ? engine_.staging(staging_bytes_) : nullptr;
    if (upload_) {
      with_staging(staging, CL_MAP_WRITE, [&](float* seen) {
        copy::reorder(shape_, input_f32(args, 0), from_, seen, staged_, args.pool);
      });
      from = Place();
      from.base = staging;
    }
    if (download_) {
      to = Place();
      to.base = staging;
    }
    Arguments(engine_, kernel_.get())
        .place(from, dtype_bytes(upload_ ? DType::f32 : ports_.inputs[0].dtype))
        .place(to, dtype_bytes(download_ ? DType::f32 : ports_.outputs[0].dtype));
    engine_.enqueue(kernel_.get(), range_);
    if (download_)
      with_staging(staging, CL_MAP_READ, [&](float* seen) {
        copy::reorder(shape_, seen, staged_, output_f32(args, 0), to_, args.pool);
      });
  }

 private:
  template <typename Work>
  void with_staging(cl_mem staging, cl_map_flags flags, const Work& work) const {
    cl_int status = CL_SUCCESS;
    const Api& api = engine_.api();
    void* seen = api.EnqueueMapBuffer(engine_.queue(), staging, CL_TRUE, flags, 0, staging_bytes_, 0, nullptr,
                                      nullptr, &status);
    engine_.note(status, "mapping memory that the host shares with the device");
    if (seen == nullptr || status != CL_SUCCESS) return;
    work(static_cast<float*>(seen));
    engine_.note(api.EnqueueUnmapMemObject(engine_.queue(), staging, seen, 0, nullptr, nullptr),
                 "unmapping memory");
  }

  ClEngine& engine_;
  Shape shape_;
  Ports ports_;
  Placement from_, to_, staged_;
  bool upload_ = false, download_ = false;
  std::size_t staging_bytes_ = 0;
  Builder::Ticket build_;
  Handle<cl_kernel> kernel_;
  Range range_;
};

class Copy final : public KernelFamily {
 public:
  std::string_view id() const override { return "reorder.copy.cl"; }
  int version() const override { return 1; }

  bool supports(const Problem& problem, const Target& target) const override {
    const std::optional<Ports> at = reorder_ports(problem);
    if (!at || !target.device.accelerator || problem.inputs[0].constant) return false;
    const Port &in = at->inputs[0], &out = at->outputs[0];
    const auto is_ours = [](const Port& port) {
      return port.dtype == DType::f32 || (port.dtype == DType::f16 && port.space == Space::device);
    };
    return (in.space == Space::device || out.space == Space::device) && is_ours(in) && is_ours(out) &&
           is_addressable(problem.outputs[0].shape);
  }
  Ports ports(const Problem& problem, const Target&) const override { return *reorder_ports(problem); }
  double estimate_ns(const Problem& problem, const Schedule&, const Target& target) const override {
    const Ports at = *reorder_ports(problem);
    const bool crosses = at.inputs[0].space != at.outputs[0].space;
    // Across, the host moves everything twice more, and waits.
    const double bytes =
        static_cast<double>(problem.outputs[0].shape.elements()) * sizeof(float) * (crosses ? 6 : 2);
    return time_ns({.bytes = bytes, .launches = crosses ? 3.0 : 1.0}, *target.device.accelerator);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    auto* engine = dynamic_cast<ClEngine*>(request.engine);
    if (engine == nullptr)
      fail(Code::internal, "reorder.copy.cl is compiled for an engine that is none of OpenCL's");
    return std::make_unique<CopyKernel>(request, *engine);
  }
};

}  // namespace

const KernelFamily& copy() {
  static const Copy family;
  return family;
}

}  // namespace rt3d::kernels::cl
