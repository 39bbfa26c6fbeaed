// What the families of convolutions have in common: conv.cl, its knobs, its arguments and packing.
#pragma once

#include "kernels/cl/conv_parts.h"

namespace rt3d::kernels::cl {

class ConvFamily : public ClFamily {
 public:
  ConvFamily(std::string_view id, DType stored) : ClFamily(id, 3, stored) {}

  Ports ports(const Problem& problem, const Target& target) const final;
  Tunables tunables(const Problem& problem, const Target& target) const final;
  double estimate_ns(const Problem& problem, const Schedule& schedule, const Target& target) const final;
  Recipe recipe(const KernelRequest& request) const final;

 protected:
  virtual TileChoices choices(const Problem& problem) const = 0;
  // Units of 4 x 4 products and `blocks` blocks of outputs that are computed for each pixel.
  virtual double units(const Problem& problem, const ConvTile& tile) const = 0;
  // Whether units are listed, and whether each tile of output channels has a list of its own.
  virtual bool listed() const { return true; }
  virtual bool own_lists() const { return false; }
  // The weights, and the list. `weights` are scaled already (scaled_weights).
  virtual std::vector<Bytes> packed(const Tensor& weights, const ConvShape& shape, const ConvTile& tile,
                                    const Placement& input, ThreadPool& pool) const = 0;
};

}  // namespace rt3d::kernels::cl
