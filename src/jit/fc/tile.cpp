#include "jit/fc/tile.h"

#include <algorithm>

#include "base/error.h"
#include "jit/family/estimate.h"
#include "jit/family/isa_family.h"
#include "jit/fc/shape.h"
#include "jit/tile/packing.h"
#include "jit/tile/sum_parts.h"
#include "jit/tile/tile.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {
namespace {

constexpr int kDepth = 16;  // k steps per unit

class FcTileKernel final : public kernels::PackingKernel<PackedWeights> {
 public:
  explicit FcTileKernel(const KernelRequest& r)
      : isa_(r.target.device.isa),
        lanes_(isa_lanes(isa_)),
        s_(fc_shape(r.problem)),
        rows_(static_cast<int>(std::min<std::int64_t>(r.schedule.get("rows"), s_.m))),
        vecs_(r.schedule.get("vecs")),
        threads_(r.target.threads),
        activation_(kernels::activation_of(r.problem.attributes)) {
    for (std::int64_t i = 0; i < s_.k / kDepth; ++i)
      units_.push_back(
          {static_cast<std::int32_t>(i * kDepth * 4), static_cast<std::int32_t>(i * kDepth * width() * 4)});
    const int last_rows = static_cast<int>(s_.m % rows_);
    for (int rows : {rows_, last_rows}) {
      whole_.push_back(rows ? code(rows, kDepth) : nullptr);
      rest_.push_back(rows && s_.k % kDepth ? code(rows, static_cast<int>(s_.k % kDepth)) : nullptr);
    }
  }

  std::string packing_key() const override { return cat("fc.tile ", s_.n, 'x', s_.k, " width", width()); }
  std::size_t scratch_bytes() const override {
    return static_cast<std::size_t>(threads_) * scratch_floats() * 4;
  }

  void run(const RunArgs& args) const override {
    args.pool.run((s_.n + width() - 1) / width(), [&](std::int64_t block, int worker) {
      float* result =
          reinterpret_cast<float*>(args.scratch.host()) + static_cast<std::size_t>(worker) * scratch_floats();
      for (std::int64_t m = 0; m < s_.m; m += rows_) {
        const std::int64_t rows = std::min<std::int64_t>(rows_, s_.m - m);
        const std::size_t which = rows == rows_ ? 0 : 1;
        TileArgs t{};
        t.a = kernels::input_f32(args, 0) + m * s_.k;
        t.units = units_.data();
        t.unit_count = static_cast<std::int64_t>(units_.size());
        t.w = constants().weights.as<float>() + block * s_.k * width();
        t.bias = constants().bias.as<float>() + block * width();
        t.c = result;
        t.flags = rest_[which] ? 0 : kFinish;
        call_in_parts(*whole_[which], t, units_per_part(kDepth));
        if (rest_[which]) {
          constexpr Unit kOnly{0, 0};
          const std::int64_t done = s_.k / kDepth * kDepth;
          t.a += done;
          t.w += done * width();
          t.units = &kOnly;
          t.unit_count = 1;
          t.flags = kLoadPartial | kFinish;
          rest_[which]->call(&t);
        }
        const std::int64_t count = std::min<std::int64_t>(width(), s_.n - block * width());
        for (std::int64_t r = 0; r < rows; ++r)
          std::copy_n(result + r * width(), count,
                      kernels::output_f32(args, 0) + (m + r) * s_.n + block * width());
      }
    });
  }

 private:
  // Weights as [output block][k][vecs · lanes].
  PackedWeights pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override {
    const std::int64_t output_blocks = (s_.n + width() - 1) / width();
    PackedWeights packed{Buffer::zeroed(static_cast<std::size_t>(output_blocks * s_.k * width()) * 4),
                         padded_bias(constants, 2, output_blocks * width())};
    const Tensor w = constants[1]->aligned_copy();
    const float* source = w.values<float>().data();
    pool.run(output_blocks, [&](std::int64_t block, int) {
      float* to = packed.weights.as<float>() + block * s_.k * width();
      for (std::int64_t lane = 0; lane < width() && block * width() + lane < s_.n; ++lane) {
        const float* from = source + (block * width() + lane) * s_.k;
        for (std::int64_t k = 0; k < s_.k; ++k) to[k * width() + lane] = from[k];
      }
    });
    return packed;
  }

  std::int64_t width() const { return static_cast<std::int64_t>(vecs_) * lanes_; }
  std::size_t scratch_floats() const { return static_cast<std::size_t>(rows_ * width() + 15) / 16 * 16; }

  std::shared_ptr<const Code> code(int rows, int depth) const {
    TileShape t;
    t.vecs = vecs_;
    t.depth = depth;
    t.exact_reads = true;
    for (int r = 0; r < rows; ++r) {
      t.a_rows.push_back(static_cast<std::int32_t>(r * s_.k * 4));
      t.c_rows.push_back(static_cast<std::int32_t>(r * width() * 4));
    }
    t.c_vec = lanes_ * 4;
    t.activation = activation_;
    return tile(isa_, t);
  }

  Isa isa_;
  int lanes_;
  FcShape s_;
  int rows_, vecs_, threads_;
  kernels::Activation activation_;
  std::vector<Unit> units_;
  std::vector<std::shared_ptr<const Code>> whole_, rest_;  // [0] full tiles, [1] the last rows
};

class FcTile final : public IsaFamily {
 public:
  explicit FcTile(Isa isa) : IsaFamily("fc.tile", 2, isa) {}

  bool computes(const Problem& p) const override {
    if (!is_plain_fc(p)) return false;
    const FcShape s = fc_shape(p);
    constexpr std::int64_t kLimit = std::int64_t{1} << 30;
    return s.m >= 2 && 32 * s.k * 4 < kLimit && s.k * 96 * 4 < kLimit;
  }
  Ports ports(const Problem& p, const Target&) const override {
    return {std::vector<Port>(p.inputs.size()), {Port{}}};
  }
  kernels::Tunables tunables(const Problem& p, const Target&) const override {
    const FcShape s = fc_shape(p);
    const auto rows = [isa = isa(), activation = kernels::activation_of(p.attributes)](int vecs) {
      return most_rows(isa, vecs, activation);
    };
    std::vector<int> vectors;
    for (int vecs = 1; vecs <= 6 && rows(vecs) > 0 && (vecs == 1 || vecs <= kernels::blocks(s.n, lanes()));
         ++vecs)
      vectors.push_back(vecs);
    kernels::Tunables tunables({"rows", "vecs"});
    tunables.decide("vecs", vectors).decide("rows", [=](const Schedule& d) {
      return std::vector{rows(d.get("vecs"))};
    });
    return tunables;
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const FcShape s = fc_shape(p);
    const double vecs = schedule.get("vecs"),
                 rows = static_cast<double>(std::min<std::int64_t>(schedule.get("rows"), s.m));
    const double output_blocks = std::ceil(static_cast<double>(s.n) / (vecs * lanes()));
    const double tiles = std::ceil(static_cast<double>(s.m) / rows) * output_blocks;
    const double per_k = std::max({rows * vecs / 2, (rows + vecs) / 2, 4.0}) + 0.06 * (rows + vecs);
    const double bytes = static_cast<double>(s.n) * static_cast<double>(s.k) * 4;
    const double cycles = tiles * (static_cast<double>(s.k) * per_k + 60 + rows * vecs * 3);
    return parallel_ns(std::max(cycles, fetch_cycles(target.device, bytes, bytes)), output_blocks, target);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<FcTileKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& fc_tile(Isa isa) { return per_isa<FcTile>(isa); }

}  // namespace rt3d::jit
