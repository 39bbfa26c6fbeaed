#include <algorithm>
#include <array>

#include "kernels/copy/copy.h"
#include "kernels/copy/reorder.h"
#include "kernels/reorder_problem.h"

namespace rt3d::kernels::copy {
namespace {

// As rows "Reorder …" of `rt3d bench s3d.onnx --threads 1` show on a machine of 2026: bytes read and written per nanosecond and
// thread, where they stay in the last cache and where they do not; and what a step costs anyway.
constexpr double kCachedBytesPerNs = 16;
constexpr double kStreamedBytesPerNs = 9;
constexpr double kStepNs = 2000;
constexpr int kThreadsThatFillMemory = 4;

// Of a tensor in blocks, without halo.
double bytes_in(const Shape& shape, int block) {
  const Dims5 s(shape);
  double bytes = sizeof(float) * static_cast<double>(blocks(s.c, block)) * block;
  for (const std::int64_t size : {s.n, s.d, s.h, s.w}) bytes *= static_cast<double>(size);
  return bytes;
}

class CopyKernel : public Kernel {
 public:
  explicit CopyKernel(const KernelRequest& request)
      : shape_(request.problem.outputs[0].shape), from_(request.inputs[0]), to_(request.outputs[0]) {}

  void prepare(std::span<const Tensor* const>, ThreadPool&) override {}
  void run(const RunArgs& args) const override {
    reorder(shape_, input_f32(args, 0), from_, output_f32(args, 0), to_, args.pool);
  }

 private:
  Shape shape_;
  Placement from_, to_;
};

class CopyFamily : public KernelFamily {
 public:
  std::string_view id() const override { return "reorder.copy.cpu"; }
  int version() const override { return 1; }

  bool supports(const Problem& problem, const Target&) const override {
    const std::optional<Ports> at = reorder_ports(problem);
    if (!at || at->inputs[0].space != Space::host || at->outputs[0].space != Space::host) return false;
    const int rank = problem.outputs[0].shape.rank();
    const bool floats = at->inputs[0].dtype == DType::f32 && at->outputs[0].dtype == DType::f32;
    return floats && rank >= 2 && rank <= 5 && !problem.inputs[0].constant;
  }

  Ports ports(const Problem& problem, const Target&) const override { return *reorder_ports(problem); }

  double estimate_ns(const Problem& problem, const Schedule&, const Target& target) const override {
    const Ports at = *reorder_ports(problem);
    const Shape& shape = problem.outputs[0].shape;
    const double bytes = bytes_in(shape, at.inputs[0].block) + bytes_in(shape, at.outputs[0].block);
    const auto cache = static_cast<double>(std::max(target.device.l3_bytes, target.device.l2_bytes));
    const double rate = bytes <= cache / 2 ? kCachedBytesPerNs : kStreamedBytesPerNs;
    return kStepNs + bytes / (rate * std::min(target.threads, kThreadsThatFillMemory));
  }

  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<CopyKernel>(request);
  }
};

}  // namespace

std::span<const KernelFamily* const> families() {
  static const CopyFamily copy;
  static const std::array<const KernelFamily*, 1> all{&copy};
  return all;
}

}  // namespace rt3d::kernels::copy
