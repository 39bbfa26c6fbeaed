#include "jit/fc_dot_f16.h"

#include <algorithm>
#include <cstddef>

#include "base/buffer.h"
#include "base/error.h"
#include "jit/cost.h"
#include "jit/engine.h"
#include "jit/fc_shape.h"
#include "jit/half_weights.h"
#include "jit/isa_family.h"
#include "jit/packing.h"
#include "kernels/activation.h"

namespace rt3d::jit {
namespace {

constexpr int kOutputs = 4;  // rows of w walked together
constexpr int kMostRows = 2;
constexpr int kStep = 8;   // of k: one vector of halves
constexpr int kLanes = 4;  // of a vector of floats
constexpr int kTask = 32;  // outputs

struct DotArgs {
  const float* x;  // m rows of x_row_bytes
  const std::uint16_t* w[kOutputs];
  float* sums;         // [output][m][lanes]
  std::int64_t count;  // steps, at least 1
};

// Registers: accumulators of a step's lower and upper four k's, the x of a step, three of w at hand.
void emit_dot(Asm& as, int m, std::int32_t x_row_bytes) {
  constexpr Gp kArgs{0}, kX{1}, kCount{6}, kSums{7};
  const auto w = [](int j) { return Gp{2 + j}; };
  const auto acc = [m](int j, int i, int half) { return Vec{(j * m + i) * 2 + half}; };
  const int first_x = kOutputs * m * 2, first_w = first_x + 2 * m;
  const auto x = [first_x](int i, int half) { return Vec{first_x + 2 * i + half}; };
  as.load_pointer(kX, kArgs, offsetof(DotArgs, x));
  for (int j = 0; j < kOutputs; ++j)
    as.load_pointer(w(j), kArgs, static_cast<std::int32_t>(offsetof(DotArgs, w)) + 8 * j);
  as.load_pointer(kCount, kArgs, offsetof(DotArgs, count));
  for (int i = 0; i < first_x; ++i) as.zero({i});
  const Label top = as.new_label();
  as.bind(top);
  for (int i = 0; i < m; ++i) as.load_pair(x(i, 0), x(i, 1), kX, i * x_row_bytes);
  for (int j = 0; j < kOutputs; ++j) {
    const Vec low{first_w + j % 2 * 3}, high{low.id + 1}, halves{low.id + 2};
    as.load(halves, w(j), 0);
    as.widen(low, high, halves);
    for (int i = 0; i < m; ++i) {
      as.fma(acc(j, i, 0), x(i, 0), low);
      as.fma(acc(j, i, 1), x(i, 1), high);
    }
  }
  as.add(kX, kStep * 4);
  for (int j = 0; j < kOutputs; ++j) as.add(w(j), kStep * 2);
  as.decrement_and_loop(kCount, top);
  as.load_pointer(kSums, kArgs, offsetof(DotArgs, sums));
  for (int j = 0; j < kOutputs; ++j)
    for (int i = 0; i < m; ++i) {
      as.add(acc(j, i, 0), acc(j, i, 0), acc(j, i, 1));
      as.store(acc(j, i, 0), kSums, (j * m + i) * as.vector_bytes());
    }
}

class DotF16Kernel final : public Kernel {
 public:
  explicit DotF16Kernel(const KernelRequest& r)
      : s_(fc_shape(r.problem)),
        padded_(kernels::blocks(s_.k, kStep) * kStep),
        activation_(kernels::activation_of(r.problem.attributes)) {
    const int m = static_cast<int>(s_.m);
    const auto row = static_cast<std::int32_t>(padded_ * 4);
    code_ = generate(cat("dot_f16_m", m, "_x", row), Isa::neon, [&](Asm& as) { emit_dot(as, m, row); });
  }

  void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) override {
    weights_ = Buffer::zeroed(static_cast<std::size_t>(s_.n * padded_) * sizeof(std::uint16_t));
    scale_ = Buffer(static_cast<std::size_t>(s_.n) * sizeof(float));
    bias_ = padded_bias(constants, 2, s_.n);
    const Tensor w = constants[1]->aligned_copy();
    const float* source = w.values<float>().data();
    pool.run(s_.n, [&](std::int64_t n, int) {
      const std::span<const float> from(source + n * s_.k, static_cast<std::size_t>(s_.k));
      float largest = 0;
      for (float value : from) largest = std::max(largest, std::fabs(value));
      const float scale = half_scale(largest);
      scale_.as<float>()[n] = scale;
      std::uint16_t* to = weights_.as<std::uint16_t>() + n * padded_;
      for (std::size_t k = 0; k < from.size(); ++k) to[k] = nearest_half(from[k] / scale);
    });
  }
  std::size_t packed_bytes() const override { return weights_.bytes() + scale_.bytes() + bias_.bytes(); }
  std::size_t scratch_bytes() const override {
    return padded_ == s_.k ? 0 : static_cast<std::size_t>(s_.m * padded_) * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const float* x = kernels::input_f32(args, 0);
    if (padded_ != s_.k) {  // zeros behind each row: what is beyond them must not be multiplied
      auto* copy = reinterpret_cast<float*>(args.scratch);
      for (std::int64_t i = 0; i < s_.m; ++i) {
        float* end = std::copy_n(x + i * s_.k, s_.k, copy + i * padded_);
        std::fill(end, copy + (i + 1) * padded_, 0.0f);
      }
      x = copy;
    }
    args.pool.run(kernels::blocks(s_.n, kTask), [&](std::int64_t task, int) {
      for (std::int64_t n = task * kTask; n < std::min(s_.n, (task + 1) * kTask); n += kOutputs)
        run_outputs(x, kernels::output_f32(args, 0), n);
    });
  }

 private:
  void run_outputs(const float* x, float* y, std::int64_t n) const {
    alignas(64) float sums[kOutputs * kMostRows * kLanes];
    DotArgs call{x, {}, sums, padded_ / kStep};
    for (int j = 0; j < kOutputs; ++j)  // past the end: any row, unused
      call.w[j] = weights_.as<std::uint16_t>() + std::min(n + j, s_.n - 1) * padded_;
    code_->call(&call);
    for (std::int64_t j = 0; j < std::min<std::int64_t>(kOutputs, s_.n - n); ++j)
      for (std::int64_t i = 0; i < s_.m; ++i) {
        float sum = 0;
        for (int lane = 0; lane < kLanes; ++lane) sum += sums[(j * s_.m + i) * kLanes + lane];
        sum = sum * scale_.as<float>()[n + j] + bias_.as<float>()[n + j];
        y[i * s_.n + n + j] = kernels::apply(activation_, sum);
      }
  }

  FcShape s_;
  std::int64_t padded_;  // k rounded up to whole steps
  kernels::Activation activation_;
  std::shared_ptr<const Code> code_;
  Buffer weights_, scale_, bias_;
};

class FcDotF16 final : public IsaFamily {
 public:
  FcDotF16() : IsaFamily("fc.dot_f16", 1, Isa::neon) {}

  kernels::Accuracy accuracy() const override { return kernels::Accuracy::half; }
  bool runs_on(const Device& device) const override { return device.features.fp16; }
  bool computes(const Problem& p) const override {
    if (!is_plain_fc(p)) return false;
    const FcShape s = fc_shape(p);
    return s.m <= kMostRows && s.k < (1 << 26);
  }
  Ports ports(const Problem& p, const Target&) const override {
    return {std::vector<Port>(p.inputs.size()), {Port{}}};
  }
  std::vector<Schedule> space(const Problem&, const Target&) const override { return {Schedule{}}; }
  // Per step and output: a load, two widenings of two cycles on one of two units, and multiplications on both.
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const FcShape s = fc_shape(p);
    const double weights = static_cast<double>(s.n) * static_cast<double>(s.k), m = static_cast<double>(s.m);
    const double cycles = weights / kStep * std::max(4.0, 2 + m) + static_cast<double>(s.n) * m * 20;
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, 2 * weights, 2 * weights)),
                       static_cast<double>(s.n) / kTask, target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule&, const Target&) const override {
    const FcShape s = fc_shape(p);
    return s.n * (kernels::blocks(s.k, kStep) * kStep * 2 + 8);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<DotF16Kernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& fc_dot_f16() {
  static const FcDotF16 family;
  return family;
}

}  // namespace rt3d::jit
