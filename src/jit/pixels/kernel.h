// The kernel of conv.sparse_pixels (pixels/family.h), where its loops are described.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "jit/conv/tile_cut.h"
#include "jit/conv/unit_groups.h"
#include "jit/family/isa_family.h"
#include "jit/pixels/plan.h"
#include "kernels/activation.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {

class PixelConvKernel final : public kernels::PackingKernel<PackedUnits> {
 public:
  explicit PixelConvKernel(const KernelRequest& request);
  std::string packing_key() const override;
  std::size_t packed_bytes() const override { return PackingKernel::packed_bytes() + groups_.bytes(); }
  std::size_t scratch_bytes() const override {
    return static_cast<std::size_t>(threads_) * static_cast<std::size_t>(worker_floats()) * 4;
  }
  void run(const RunArgs& args) const override;

 private:
  PackedUnits pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override;
  void ready() override;

  using CodePtr = std::shared_ptr<const Code>;
  // Strides of an operand along a plan's axes, in floats.
  struct Strides {
    std::int64_t outer, middle, pixel;
  };

  // The pieces of some lines of a plan's columns, and their code by kind.
  struct Pieces {
    TileCut cut;
    std::vector<CodePtr> code;
  };
  struct Task {
    const float* in;
    const float* residual;
    float* out;
    float *v, *c;
    const PixelBlock& block;
    std::int64_t first_group, last_group;
  };

  Strides strides(const Placement& p) const {
    return plan_.rows_outside ? Strides{p.h, p.d, p.block} : Strides{p.d, p.h, p.block};
  }
  std::int64_t v_floats() const { return kernels::odd_lines(plan_.v_floats); }
  std::int64_t worker_floats() const {
    return v_floats() + (one_by_one() ? 1 : oc_blocks_) * lanes_ * plan_.c_channel;
  }
  // Whether sums are done with before those of the next vector of output channels come: one place serves all.
  bool one_by_one() const { return plan_.chunks() == 1 && !tiles_outside_; }
  // A task's sums from an output channel on.
  float* sums(const Task& task, std::int64_t oc) const {
    return task.c + (one_by_one() ? oc % lanes_ : oc - task.first_group * channels_) * plan_.c_channel;
  }

  // The way of so many lines into v, and from the sums to the output.
  void add_there(int lines);
  void add_back(int lines);

  void repack(const Task& task, int chunk) const;
  void repack_lines(const Task& task, const float* in, float* v) const;
  void multiply(const Task& task, int chunk) const;
  const float* next_weights(const Task& task, std::int64_t group, const PixelRun& run, int chunk) const;
  const float* outputs(const Task& task, std::int64_t group, const PixelRun& run) const;
  void multiply_run(const Task& task, std::int64_t group, const PixelRun& run, int chunk,
                    const float* ahead) const;
  void transpose_back(const Task& task, std::int64_t oc) const;

  Isa isa_;
  int lanes_, threads_;
  bool has_residual_;
  Placement in_, out_, residual_;
  kernels::Activation activation_;
  PixelPlan plan_;
  int channels_, depth_, vectors_, oc_blocks_;
  bool tiles_outside_;
  std::vector<CodePtr> tiles_;          // by vectors, from 1
  std::map<int, Pieces> there_, back_;  // by lines
  UnitGroups groups_;                   // of channels_ output channels
};

}  // namespace rt3d::jit
