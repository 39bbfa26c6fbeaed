#include "jit/fc/dot.h"

#include <algorithm>
#include <numeric>

#include "jit/family/estimate.h"
#include "jit/fc/dot_product.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {
namespace {

// Registers: accumulators, one x, one w. A step is a vector of k for each half of them.
bool dot_fits(Isa isa, int m) { return DotLoop(m).accumulators() + 2 <= isa_vectors(isa); }

void emit_dot(Asm& as, int m, std::int32_t x_row_bytes) {
  const DotLoop loop(m);
  const Vec x{loop.accumulators()}, scratch{x.id + 1};
  const std::int32_t step = kDotHalves * as.vector_bytes();
  loop.emit(as, step, step, [&] {
    for (int half = 0; half < kDotHalves; ++half)
      for (int i = 0; i < m; ++i) {
        as.load(x, DotLoop::kX, i * x_row_bytes + half * as.vector_bytes());
        for (int j = 0; j < kDotOutputs; ++j)
          as.fma_load(loop.acc(j, i, half), x, DotLoop::w(j), half * as.vector_bytes(), scratch);
      }
  });
}

// As the model holds them, or copies where it holds them in another way.
struct Operands {
  Tensor weights, bias;
  bool owns_weights;
  std::size_t bytes() const { return owns_weights ? weights.bytes().size() : 0; }
};

class FcDotKernel final : public kernels::PackingKernel<Operands, DotKernel> {
 public:
  explicit FcDotKernel(const KernelRequest& r) : PackingKernel(r) {
    const int m = static_cast<int>(s_.m);
    const auto row = static_cast<std::int32_t>(s_.k * 4);
    code_ = generate(cat("dot_m", m, "_x", row), r.target.device.isa, [&](Asm& as) { emit_dot(as, m, row); });
  }

  std::string packing_key() const override { return cat("fc.dot ", s_.n, 'x', s_.k); }

  void run(const RunArgs& args) const override {
    run_rows(args, {kernels::input_f32(args, 0), constants().weights.bytes().data(), s_.k * 4, s_.k / step(),
                    step() * 4, step() * 4});
  }

 private:
  Operands pack(std::span<const Tensor* const> constants, ThreadPool&) const override {
    Operands operands{constants[1]->in_memory(), {}, false};
    if (constants.size() > 2 && constants[2]) operands.bias = constants[2]->in_memory();
    operands.owns_weights = operands.weights.bytes().data() != constants[1]->bytes().data();
    return operands;
  }

  std::int64_t step() const { return std::int64_t{kDotHalves} * lanes_; }

  // Adds bias and the k's behind the last whole step.
  float finish(const float* lanes, const Rows& rows, std::int64_t i, std::int64_t n) const override {
    const float* x = rows.x + i * s_.k;
    const float* w = constants().weights.values<float>().data() + n * s_.k;
    const float bias = constants().bias ? constants().bias.values<float>()[static_cast<std::size_t>(n)] : 0;
    float sum = std::accumulate(lanes, lanes + lanes_, bias);
    for (std::int64_t k = rows.steps * step(); k < s_.k; ++k) sum += x[k] * w[k];
    return sum;
  }
};

class FcDot final : public DotFamily {
 public:
  explicit FcDot(Isa isa) : DotFamily("fc.dot", 2, isa) {}

  bool computes(const Problem& p) const override {
    return DotFamily::computes(p) && dot_fits(isa(), static_cast<int>(fc_shape(p).m));
  }
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const FcShape s = fc_shape(p);
    const double bytes = static_cast<double>(s.n) * static_cast<double>(s.k) * 4;
    const double cycles =
        bytes / 4 / lanes() * static_cast<double>(s.m) * 0.6 + static_cast<double>(s.n * s.m) * 20;
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, bytes, bytes)),
                       static_cast<double>(s.n) / kDotTask, target);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<FcDotKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& fc_dot(Isa isa) { return per_isa<FcDot>(isa); }

}  // namespace rt3d::jit
