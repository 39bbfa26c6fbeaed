// The kernel of conv.sparse_dot (quads/family.h), where its loops are described.
#pragma once

#include <memory>
#include <vector>

#include "jit/conv/unit_groups.h"
#include "jit/family/isa_family.h"
#include "jit/quads/plan.h"
#include "jit/quads/tile.h"
#include "jit/tile/weights_ahead.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {

class QuadKernel final : public kernels::PackingKernel<PackedUnits> {
 public:
  explicit QuadKernel(const KernelRequest& request);
  std::string packing_key() const override;
  std::size_t packed_bytes() const override { return PackingKernel::packed_bytes() + groups_.bytes(); }
  std::size_t scratch_bytes() const override {
    return static_cast<std::size_t>(threads_) * static_cast<std::size_t>(slab_floats()) * sizeof(float);
  }
  void run(const RunArgs& args) const override;

 private:
  PackedUnits pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override;
  void ready() override;

  // Where a tile of any plane lies: floats from the padded plane's start in slabs that hold all of it, and in the tensors.
  struct TilePlace {
    std::int64_t slab, out, residual;
    int kind, row_class;
  };
  struct Task {
    const float* in;
    const float* residual;
    float* out;
    float* slab;
    const QuadBox& box;
    std::int64_t first_group, last_group;
  };

  std::int64_t slab_floats() const { return kernels::odd_lines(plan_.slab); }
  QuadTileShape tile_shape(const TileCut::Kind& kind, const kernels::Activation& activation,
                           bool spread) const;
  void repack(const Task& task, int chunk) const;
  void multiply(const Task& task, int chunk) const;
  int ahead_lines() const;
  WeightsAhead weights_after(const Task& task, int chunk, std::int64_t group) const;
  void multiply_plane(const Task& task, int chunk, std::int64_t group, int plane, WeightsAhead& ahead) const;

  Isa isa_;
  int lanes_, threads_;
  bool has_residual_;
  ConvGeometry g_;
  QuadPlan plan_;
  BorderClasses classes_;
  int oc_group_;
  int ahead_lines_;
  std::vector<std::shared_ptr<const Code>> code_;  // by tile kind
  std::vector<TilePlace> places_;                  // of a plane's tiles
  UnitGroups groups_;                              // of kQuadOutputs output channels
};

}  // namespace rt3d::jit
