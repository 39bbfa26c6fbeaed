#include "jit/fc/sparse.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/buffer.h"
#include "base/error.h"
#include "jit/asm/code.h"
#include "jit/family/estimate.h"
#include "jit/family/isa_family.h"
#include "jit/fc/shape.h"
#include "jit/tile/packing.h"
#include "jit/tile/sum_parts.h"
#include "kernels/activation.h"
#include "kernels/packing_kernel.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {
namespace {

constexpr int kUnitInputs = 4;
constexpr int kMostRows = 4, kMostOutputs = 16;

struct SparseDotArgs {
  const float* x;
  const std::int32_t* units;  // bytes from x to each unit's inputs
  std::int64_t count;         // at least 1
  const float* w;             // [unit][output][kUnitInputs]
  float* sums;                // [m][output][kUnitInputs]
};

// Registers: m · outputs · kUnitInputs / lanes accumulators, one x for each row, one for a weight where FMAs take none from memory.
int accumulators(Isa isa, int m, int outputs) { return m * outputs * kUnitInputs / isa_lanes(isa); }

// As many outputs at a time as registers hold: gm or a part of it; 0 when there is no such number.
int outputs_at_once(Isa isa, int gm, int m) {
  for (int outputs = kMostOutputs; outputs * kUnitInputs >= isa_lanes(isa); outputs /= 2)
    if (gm % outputs == 0 && accumulators(isa, m, outputs) + m + 1 <= isa_vectors(isa)) return outputs;
  return 0;
}

void emit_sparse_dot(Asm& as, int m, int outputs, std::int32_t x_row_bytes) {
  constexpr Gp kX{1}, kUnits{2}, kCount{3}, kW{4}, kAt{5}, kSums{6};
  const int all = accumulators(as.isa(), m, outputs), each = all / m;
  const auto x = [&](int i) { return Vec{all + i}; };
  const Vec scratch{all + m};
  as.load_pointer(kX, kArgs, offsetof(SparseDotArgs, x));
  as.load_pointer(kUnits, kArgs, offsetof(SparseDotArgs, units));
  as.load_pointer(kCount, kArgs, offsetof(SparseDotArgs, count));
  as.load_pointer(kW, kArgs, offsetof(SparseDotArgs, w));
  for (int i = 0; i < all; ++i) as.zero({i});
  const Label top = as.new_label();
  as.bind(top);
  as.load_int32(kAt, kUnits, 0);
  as.add(kUnits, sizeof(std::int32_t));
  as.add(kAt, kX);
  for (int i = 0; i < m; ++i) as.broadcast_four(x(i), kAt, i * x_row_bytes);
  for (int v = 0; v < each; ++v)
    for (int i = 0; i < m; ++i) as.fma_load({i * each + v}, x(i), kW, v * as.vector_bytes(), scratch);
  as.add(kW, each * as.vector_bytes());
  as.decrement_and_loop(kCount, top);
  as.load_pointer(kSums, kArgs, offsetof(SparseDotArgs, sums));
  for (int i = 0; i < all; ++i) as.store({i}, kSums, i * as.vector_bytes());
}

// The weights of groups of outputs in units of some inputs.
struct PackedGroups {
  std::vector<std::int64_t> first;  // unit of every group, and the end
  std::vector<std::int32_t> units;  // bytes from x to each unit's inputs
  Buffer weights, bias;
  std::size_t bytes() const { return weights.bytes() + bias.bytes() + units.size() * sizeof(std::int32_t); }
};

class FcSparseKernel final : public kernels::PackingKernel<PackedGroups> {
 public:
  explicit FcSparseKernel(const KernelRequest& r)
      : s_(fc_shape(r.problem)),
        outputs_(outputs_at_once(r.target.device.isa, kernels::sparsity_of(r.problem)->gm,
                                 static_cast<int>(s_.m))),
        activation_(kernels::activation_of(r.problem.attributes)) {
    const int m = static_cast<int>(s_.m);
    const auto row = static_cast<std::int32_t>(s_.k * 4);
    code_ = generate(cat("sparse_dot_m", m, "_n", outputs_, "_x", row), r.target.device.isa,
                     [&](Asm& as) { emit_sparse_dot(as, m, outputs_, row); });
  }

  std::string packing_key() const override {
    return cat("fc.sparse ", s_.n, 'x', s_.k, " outputs", outputs_);
  }

  void run(const RunArgs& args) const override {
    const std::int64_t groups = static_cast<std::int64_t>(constants().first.size()) - 1;
    const std::int64_t step = std::max<std::int64_t>(1, 32 / outputs_);  // groups per task
    args.pool.run((groups + step - 1) / step, [&](std::int64_t task, int) {
      for (std::int64_t g = task * step; g < std::min(groups, (task + 1) * step); ++g) run_group(args, g);
    });
  }

 private:
  PackedGroups pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override {
    const Tensor w = constants[1]->aligned_copy();
    const kernels::Pattern pattern = kernels::pattern_of(w, outputs_, kUnitInputs, &pool);
    PackedGroups packed{{0}, {}, {}, padded_bias(constants, 2, pattern.oc_groups() * outputs_)};
    for (std::int64_t g = 0; g < pattern.oc_groups(); ++g) {
      for (std::int64_t i = 0; i < pattern.ic_groups(); ++i)
        if (pattern.kept(g, i, 0)) packed.units.push_back(static_cast<std::int32_t>(i * kUnitInputs * 4));
      packed.first.push_back(static_cast<std::int64_t>(packed.units.size()));
    }
    packed.units.shrink_to_fit();
    const auto unit_floats = static_cast<std::size_t>(outputs_ * kUnitInputs);
    packed.weights = Buffer::zeroed(packed.units.size() * unit_floats * sizeof(float));
    const float* source = w.values<float>().data();
    pool.run(pattern.oc_groups(), [&](std::int64_t g, int) {
      const auto group = static_cast<std::size_t>(g);
      for (std::int64_t u = packed.first[group]; u < packed.first[group + 1]; ++u)
        for (std::int64_t o = 0; o < std::min<std::int64_t>(outputs_, s_.n - g * outputs_); ++o)
          std::copy_n(source + (g * outputs_ + o) * s_.k + packed.units[static_cast<std::size_t>(u)] / 4,
                      kUnitInputs, packed.weights.as<float>() + (u * outputs_ + o) * kUnitInputs);
    });
    return packed;
  }

  std::int64_t first(std::int64_t group) const { return constants().first[static_cast<std::size_t>(group)]; }

  void run_group(const RunArgs& args, std::int64_t group) const {
    alignas(64) float sums[kMostRows * kMostOutputs * kUnitInputs] = {};
    const std::int64_t count = first(group + 1) - first(group);
    const std::int64_t parts = (count + kMostProducts - 1) / kMostProducts;
    for (std::int64_t part = 0; part < parts; ++part)
      add_part(kernels::input_f32(args, 0), first(group) + count * part / parts,
               first(group) + count * (part + 1) / parts, sums);
    for (std::int64_t i = 0; i < s_.m; ++i)
      for (std::int64_t o = 0; o < std::min<std::int64_t>(outputs_, s_.n - group * outputs_); ++o) {
        const float* lanes = sums + (i * outputs_ + o) * kUnitInputs;
        const std::int64_t n = group * outputs_ + o;
        const float sum = constants().bias.as<float>()[n] + ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]));
        kernels::output_f32(args, 0)[i * s_.n + n] = kernels::apply(activation_, sum);
      }
  }

  // Adds the products of units [from, end), which are some: one to each sum for a unit.
  void add_part(const float* x, std::int64_t from, std::int64_t end, float* sums) const {
    alignas(64) float part[kMostRows * kMostOutputs * kUnitInputs];
    const SparseDotArgs call{x, constants().units.data() + from, end - from,
                             constants().weights.as<float>() + from * outputs_ * kUnitInputs, part};
    code_->call(&call);
    for (std::int64_t i = 0; i < s_.m * outputs_ * kUnitInputs; ++i) sums[i] += part[i];
  }

  FcShape s_;
  int outputs_;
  kernels::Activation activation_;
  std::shared_ptr<const Code> code_;
};

class FcSparse final : public IsaFamily {
 public:
  explicit FcSparse(Isa isa) : IsaFamily("fc.sparse", 2, isa) {}

  bool computes(const Problem& p) const override {
    const auto sparsity = kernels::sparsity_of(p);
    if (!sparsity || !is_plain_fc(p)) return false;
    const FcShape s = fc_shape(p);
    return s.m <= kMostRows && s.k % kUnitInputs == 0 && s.k < (1 << 26) && sparsity->gn % kUnitInputs == 0 &&
           outputs_at_once(isa(), sparsity->gm, static_cast<int>(s.m)) > 0;
  }
  Ports ports(const Problem& p, const Target&) const override {
    return {std::vector<Port>(p.inputs.size()), {Port{}}};
  }
  kernels::Traits traits() const override { return {.leaves_zeros = true}; }
  double estimate_ns(const Problem& p, const Schedule&, const Target& target) const override {
    const FcShape s = fc_shape(p);
    const int outputs = outputs_at_once(isa(), kernels::sparsity_of(p)->gm, static_cast<int>(s.m));
    const double unit_bytes = outputs * kUnitInputs * 4 + sizeof(std::int32_t),
                 bytes = static_cast<double>(packed(s, p));
    // A unit's FMAs follow those of the unit before: four cycles at least.
    const double cycles =
        bytes / unit_bytes * std::max(4.0, 0.6 * accumulators(isa(), static_cast<int>(s.m), outputs)) +
        static_cast<double>(s.n * s.m) * 10;
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, bytes, bytes)),
                       static_cast<double>(s.n) / 32, target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule&, const Target&) const override {
    return packed(fc_shape(p), p);
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule&,
                                             const Target&) const override {
    return kernels::multiply_accumulates(p) * kernels::sparsity_of(p)->kept_percent / 100;
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<FcSparseKernel>(request);
  }

 private:
  // Weights and the list of their units.
  std::int64_t packed(const FcShape& s, const Problem& p) const {
    const int outputs = outputs_at_once(isa(), kernels::sparsity_of(p)->gm, static_cast<int>(s.m));
    const std::int64_t kept = s.n * s.k * kernels::sparsity_of(p)->kept_percent / 100;
    return kept * 4 + kept / (outputs * kUnitInputs) * static_cast<std::int64_t>(sizeof(std::int32_t)) +
           s.n * 4;
  }
};

}  // namespace

const kernels::KernelFamily& fc_sparse(Isa isa) { return per_isa<FcSparse>(isa); }

}  // namespace rt3d::jit
