#include "jit/fc_dot.h"

#include <algorithm>
#include <cstddef>

#include "base/error.h"
#include "jit/cost.h"
#include "jit/engine.h"
#include "jit/fc_shape.h"
#include "jit/isa_family.h"
#include "kernels/activation.h"

namespace rt3d::jit {
namespace {

constexpr int kOutputs = 4;  // rows of w walked together: as many streams as prefetchers like
constexpr int kMostRows = 4;
constexpr int kUnroll = 2;  // vectors of k per iteration

struct DotArgs {
  const float* x;
  const float* w[kOutputs];
  float* sums;         // [output][m][lanes]
  std::int64_t count;  // iterations, at least 1
};

// Registers: kOutputs · m · kUnroll accumulators, one x, one w.
bool dot_fits(Isa isa, int m) { return kOutputs * m * kUnroll + 2 <= isa_vectors(isa); }

void emit_dot(Asm& as, int m, std::int32_t x_row_bytes) {
  constexpr Gp kArgs{0}, kX{1}, kCount{6}, kSums{7};
  const auto w = [](int j) { return Gp{2 + j}; };
  const auto acc = [m](int j, int i, int u) { return Vec{(j * m + i) * kUnroll + u}; };
  const Vec x{kOutputs * m * kUnroll}, scratch{x.id + 1};
  as.load_pointer(kX, kArgs, offsetof(DotArgs, x));
  for (int j = 0; j < kOutputs; ++j)
    as.load_pointer(w(j), kArgs, static_cast<std::int32_t>(offsetof(DotArgs, w)) + 8 * j);
  as.load_pointer(kCount, kArgs, offsetof(DotArgs, count));
  for (int i = 0; i < x.id; ++i) as.zero({i});
  const Label top = as.new_label();
  as.bind(top);
  for (int u = 0; u < kUnroll; ++u)
    for (int i = 0; i < m; ++i) {
      as.load(x, kX, i * x_row_bytes + u * as.vector_bytes());
      for (int j = 0; j < kOutputs; ++j) as.fma_load(acc(j, i, u), x, w(j), u * as.vector_bytes(), scratch);
    }
  as.add(kX, kUnroll * as.vector_bytes());
  for (int j = 0; j < kOutputs; ++j) as.add(w(j), kUnroll * as.vector_bytes());
  as.decrement_and_loop(kCount, top);
  as.load_pointer(kSums, kArgs, offsetof(DotArgs, sums));
  for (int j = 0; j < kOutputs; ++j)
    for (int i = 0; i < m; ++i) {
      as.add(acc(j, i, 0), acc(j, i, 0), acc(j, i, 1));
      as.store(acc(j, i, 0), kSums, (j * m + i) * as.vector_bytes());
    }
}

class DotKernel final : public Kernel {
 public:
  explicit DotKernel(const KernelRequest& r)
      : s_(fc_shape(r.problem)),
        lanes_(isa_lanes(r.target.device.isa)),
        activation_(kernels::activation_of(r.problem.attributes)) {
    const int m = static_cast<int>(s_.m);
    const auto row = static_cast<std::int32_t>(s_.k * 4);
    code_ = generate(cat("dot_m", m, "_x", row), r.target.device.isa, [&](Asm& as) { emit_dot(as, m, row); });
  }

  void prepare(std::span<const Tensor* const> constants, ThreadPool&) override {
    weights_ = constants[1]->in_memory();
    if (constants.size() > 2 && constants[2]) bias_ = constants[2]->in_memory();
    owns_weights_ = weights_.bytes().data() != constants[1]->bytes().data();
  }
  std::size_t packed_bytes() const override { return owns_weights_ ? weights_.bytes().size() : 0; }

  void run(const RunArgs& args) const override {
    const std::int64_t step = 32;  // outputs per task
    args.pool.run((s_.n + step - 1) / step, [&](std::int64_t task, int) {
      for (std::int64_t n = task * step; n < std::min(s_.n, (task + 1) * step); n += kOutputs)
        run_outputs(args, n);
    });
  }

 private:
  void run_outputs(const RunArgs& args, std::int64_t n) const {
    alignas(64) float sums[kOutputs * kMostRows * 16] = {};
    const float* x = kernels::input_f32(args, 0);
    const float* w = weights_.values<float>().data();
    const std::int64_t whole = s_.k / (kUnroll * lanes_) * (kUnroll * lanes_);
    DotArgs call{x, {}, sums, whole / (kUnroll * lanes_)};
    for (int j = 0; j < kOutputs; ++j)
      call.w[j] = w + std::min(n + j, s_.n - 1) * s_.k;  // past the end: any row, unused
    if (whole > 0) code_->call(&call);
    for (std::int64_t j = 0; j < std::min<std::int64_t>(kOutputs, s_.n - n); ++j)
      for (std::int64_t i = 0; i < s_.m; ++i) {
        float sum = bias_ ? bias_.values<float>()[static_cast<std::size_t>(n + j)] : 0;
        for (int lane = 0; lane < lanes_; ++lane) sum += sums[(j * s_.m + i) * lanes_ + lane];
        for (std::int64_t k = whole; k < s_.k; ++k) sum += x[i * s_.k + k] * w[(n + j) * s_.k + k];
        kernels::output_f32(args, 0)[i * s_.n + n + j] = kernels::apply(activation_, sum);
      }
  }

  FcShape s_;
  int lanes_;
  kernels::Activation activation_;
  std::shared_ptr<const Code> code_;
  Tensor weights_, bias_ = {};
  bool owns_weights_ = false;
};

class FcDot final : public IsaFamily {
 public:
  explicit FcDot(Isa isa) : IsaFamily("fc.dot", 1, isa) {}

  bool computes(const Problem& p) const override {
    if (!is_plain_fc(p)) return false;
    const FcShape s = fc_shape(p);
    return s.m <= kMostRows && dot_fits(isa(), static_cast<int>(s.m)) && s.k < (1 << 26);
  }
  Ports ports(const Problem& p, const Target&) const override {
    return {std::vector<Port>(p.inputs.size()), {Port{}}};
  }
  std::vector<Schedule> space(const Problem&, const Target&) const override { return {Schedule{}}; }
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const FcShape s = fc_shape(p);
    const double bytes = static_cast<double>(s.n) * static_cast<double>(s.k) * 4;
    const double cycles =
        bytes / 4 / lanes() * static_cast<double>(s.m) * 0.6 + static_cast<double>(s.n * s.m) * 20;
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, bytes, bytes)),
                       static_cast<double>(s.n) / 32, target);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<DotKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& fc_dot(Isa isa) { return per_isa<FcDot>(isa); }

}  // namespace rt3d::jit
