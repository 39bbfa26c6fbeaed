#include "jit/fc/dot_f16.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "jit/family/estimate.h"
#include "jit/fc/dot_product.h"
#include "jit/tile/half_weights.h"
#include "jit/tile/packing.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {
namespace {

constexpr int kMostHalfRows = 2;
constexpr int kStep = 8;  // of k: one vector of halves, two of floats

// Registers: accumulators of a step's lower and upper four k's, the x of a step, three of w at hand.
void emit_dot_f16(Asm& as, int m, std::int32_t x_row_bytes) {
  const DotLoop loop(m);
  const int first_x = loop.accumulators(), first_w = first_x + 2 * m;
  const auto x = [first_x](int i, int half) { return Vec{first_x + 2 * i + half}; };
  loop.emit(as, kStep * 4, kStep * 2, [&] {
    for (int i = 0; i < m; ++i) as.load_pair(x(i, 0), x(i, 1), DotLoop::kX, i * x_row_bytes);
    for (int j = 0; j < kDotOutputs; ++j) {
      const Vec low{first_w + j % 2 * 3}, high{low.id + 1}, halves{low.id + 2};
      as.load(halves, DotLoop::w(j), 0);
      as.widen(low, high, halves);
      for (int i = 0; i < m; ++i) {
        as.fma(loop.acc(j, i, 0), x(i, 0), low);
        as.fma(loop.acc(j, i, 1), x(i, 1), high);
      }
    }
  });
}

class FcDotF16Kernel final : public kernels::PackingKernel<PackedHalves, DotKernel> {
 public:
  explicit FcDotF16Kernel(const KernelRequest& r)
      : PackingKernel(r), padded_(kernels::blocks(s_.k, kStep) * kStep) {
    const int m = static_cast<int>(s_.m);
    const auto row = static_cast<std::int32_t>(padded_ * 4);
    code_ = generate(cat("dot_f16_m", m, "_x", row), Isa::neon, [&](Asm& as) { emit_dot_f16(as, m, row); });
  }

  std::string packing_key() const override { return cat("fc.dot_f16 ", s_.n, 'x', s_.k); }
  std::size_t scratch_bytes() const override {
    return padded_ == s_.k ? 0 : static_cast<std::size_t>(s_.m * padded_) * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const float* x = kernels::input_f32(args, 0);
    if (padded_ != s_.k) {  // zeros behind each row: what is beyond them must not be multiplied
      auto* copy = reinterpret_cast<float*>(args.scratch.host());
      for (std::int64_t i = 0; i < s_.m; ++i) {
        float* end = std::copy_n(x + i * s_.k, s_.k, copy + i * padded_);
        std::fill(end, copy + (i + 1) * padded_, 0.0f);
      }
      x = copy;
    }
    run_rows(args, {x, constants().weights.data(), padded_ * 2, padded_ / kStep, kStep * 4, kStep * 2});
  }

 private:
  PackedHalves pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override {
    PackedHalves packed{Buffer::zeroed(static_cast<std::size_t>(s_.n * padded_) * sizeof(std::uint16_t)),
                        Buffer(static_cast<std::size_t>(s_.n) * sizeof(float)),
                        padded_bias(constants, 2, s_.n)};
    const Tensor w = constants[1]->aligned_copy();
    const float* source = w.values<float>().data();
    pool.run(s_.n, [&](std::int64_t n, int) {
      const std::span<const float> from(source + n * s_.k, static_cast<std::size_t>(s_.k));
      float largest = 0;
      for (float value : from) largest = std::max(largest, std::fabs(value));
      const float scale = half_scale(largest);
      packed.scale.as<float>()[n] = scale;
      std::uint16_t* to = packed.weights.as<std::uint16_t>() + n * padded_;
      for (std::size_t k = 0; k < from.size(); ++k) to[k] = nearest_half(from[k] / scale);
    });
    return packed;
  }

  float finish(const float* lanes, const Rows&, std::int64_t, std::int64_t n) const override {
    return std::accumulate(lanes, lanes + lanes_, 0.0f) * constants().scale.as<float>()[n] +
           constants().bias.as<float>()[n];
  }

  std::int64_t padded_;  // k rounded up to whole steps
};

class FcDotF16 final : public DotFamily {
 public:
  FcDotF16() : DotFamily("fc.dot_f16", 2, Isa::neon) {}

  kernels::Accuracy accuracy() const override { return kernels::Accuracy::half; }
  kernels::Traits traits() const override { return {.half_weights = true}; }
  bool runs_on(const Device& device) const override { return device.features.fp16; }
  bool computes(const Problem& p) const override {
    return DotFamily::computes(p) && fc_shape(p).m <= kMostHalfRows;
  }
  // Per step and output: a load, two widenings of two cycles on one of two units, and multiplications on both.
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const FcShape s = fc_shape(p);
    const double weights = static_cast<double>(s.n) * static_cast<double>(s.k), m = static_cast<double>(s.m);
    const double cycles = weights / kStep * std::max(4.0, 2 + m) + static_cast<double>(s.n) * m * 20;
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, 2 * weights, 2 * weights)),
                       static_cast<double>(s.n) / kDotTask, target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule&, const Target&) const override {
    const FcShape s = fc_shape(p);
    return s.n * (kernels::blocks(s.k, kStep) * kStep * 2 + 8);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<FcDotF16Kernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& fc_dot_f16() {
  static const FcDotF16 family;
  return family;
}

}  // namespace rt3d::jit
