#include "jit/fc/dot_product.h"

#include <algorithm>

#include "jit/tile/sum_parts.h"

namespace rt3d::jit {
namespace {

struct DotArgs {
  const float* x;
  const std::byte* w[kDotOutputs];
  float* sums;         // [output][m][lanes]
  std::int64_t count;  // steps, at least 1
};

constexpr int kMostLanes = 16;

}  // namespace

void DotLoop::emit(Asm& as, std::int32_t x_step, std::int32_t w_step,
                   const std::function<void()>& step) const {
  constexpr Gp kCount{6}, kSums{7};
  as.load_pointer(kX, kArgs, offsetof(DotArgs, x));
  for (int j = 0; j < kDotOutputs; ++j)
    as.load_pointer(w(j), kArgs, static_cast<std::int32_t>(offsetof(DotArgs, w)) + 8 * j);
  as.load_pointer(kCount, kArgs, offsetof(DotArgs, count));
  for (int i = 0; i < accumulators(); ++i) as.zero({i});
  const Label top = as.new_label();
  as.bind(top);
  step();
  as.add(kX, x_step);
  for (int j = 0; j < kDotOutputs; ++j) as.add(w(j), w_step);
  as.decrement_and_loop(kCount, top);
  as.load_pointer(kSums, kArgs, offsetof(DotArgs, sums));
  for (int j = 0; j < kDotOutputs; ++j)
    for (int i = 0; i < m_; ++i) {
      as.add(acc(j, i, 0), acc(j, i, 0), acc(j, i, 1));
      as.store(acc(j, i, 0), kSums, (j * m_ + i) * as.vector_bytes());
    }
}

DotKernel::DotKernel(const KernelRequest& r)
    : s_(fc_shape(r.problem)),
      lanes_(isa_lanes(r.target.device.isa)),
      activation_(kernels::activation_of(r.problem.attributes)) {}

void DotKernel::run_rows(const RunArgs& args, const Rows& rows) const {
  args.pool.run(kernels::blocks(s_.n, kDotTask), [&](std::int64_t task, int) {
    for (std::int64_t n = task * kDotTask; n < std::min(s_.n, (task + 1) * kDotTask); n += kDotOutputs)
      run_outputs(args, rows, n);
  });
}

void DotKernel::run_outputs(const RunArgs& args, const Rows& rows, std::int64_t n) const {
  alignas(64) float sums[kDotOutputs * kDotMostRows * kMostLanes] = {};
  const std::int64_t parts = (rows.steps + kMostProducts - 1) / kMostProducts;
  for (std::int64_t part = 0; part < parts; ++part)
    add_part(rows, n, rows.steps * part / parts, rows.steps * (part + 1) / parts, sums);
  for (std::int64_t j = 0; j < std::min<std::int64_t>(kDotOutputs, s_.n - n); ++j)
    for (std::int64_t i = 0; i < s_.m; ++i)
      kernels::output_f32(args, 0)[i * s_.n + n + j] =
          kernels::apply(activation_, finish(sums + (j * s_.m + i) * lanes_, rows, i, n + j));
}

void DotKernel::add_part(const Rows& rows, std::int64_t n, std::int64_t first, std::int64_t end,
                         float* sums) const {
  alignas(64) float part[kDotOutputs * kDotMostRows * kMostLanes];
  DotArgs call{
      reinterpret_cast<const float*>(reinterpret_cast<const std::byte*>(rows.x) + first * rows.x_step),
      {},
      part,
      end - first};
  for (int j = 0; j < kDotOutputs; ++j)  // past the end: any row, unused
    call.w[j] = rows.w + std::min(n + j, s_.n - 1) * rows.w_row + first * rows.w_step;
  code_->call(&call);
  for (std::int64_t i = 0; i < kDotOutputs * s_.m * lanes_; ++i) sums[i] += part[i];
}

bool DotFamily::computes(const Problem& p) const {
  if (!is_plain_fc(p)) return false;
  const FcShape s = fc_shape(p);
  return s.m <= kDotMostRows && s.k < (1 << 26);  // 32-bit distances between rows
}

Ports DotFamily::ports(const Problem& p, const Target&) const {
  return {std::vector<Port>(p.inputs.size()), {Port{}}};
}

}  // namespace rt3d::jit
