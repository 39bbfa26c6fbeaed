// ClFamily: one way to compute some problems on an OpenCL device, as recipes (recipe.h).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/accelerator.h"
#include "kernels/cl/layout.h"
#include "kernels/cl/recipe.h"

namespace rt3d::kernels::cl {

class ClFamily : public KernelFamily {
 public:
  // `stored`: what activations are in memory, `weights`: what weights are. Halves are for sessions that allow their error: of activations,
  // whose range nobody knows, for Accuracy::half, of weights for all but Accuracy::exact (docs/accuracy.md).
  ClFamily(std::string_view id, int version, DType stored, DType weights)
      : id_(id), version_(version), stored_(stored), weights_(weights) {}
  ClFamily(std::string_view id, int version, DType stored = DType::f32)
      : ClFamily(id, version, stored, stored) {}

  std::string_view id() const final { return id_; }
  int version() const final { return version_; }
  Traits traits() const override { return {.half_inputs = halves(), .half_weights = half_weights()}; }
  bool supports(const Problem& problem, const Target& target) const final {
    return target.device.accelerator && (!halves() || target.accuracy == Accuracy::half) &&
           (!half_weights() || target.accuracy != Accuracy::exact) &&
           computes(problem, *target.device.accelerator);
  }
  std::vector<Schedule> space(const Problem& problem, const Target& target) const final;  // all
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const final;

  virtual bool computes(const Problem& problem, const Accelerator& device) const = 0;
  virtual Recipe recipe(const KernelRequest& request) const = 0;

 protected:
  DType stored() const { return stored_; }
  bool halves() const { return stored_ == DType::f16; }
  double stored_bytes() const { return static_cast<double>(dtype_bytes(stored_)); }
  DType weights() const { return weights_; }
  bool half_weights() const { return weights_ == DType::f16; }
  double weight_bytes() const { return static_cast<double>(dtype_bytes(weights_)); }
  // With the types of all activations.
  Recipe new_recipe(const Problem& problem) const;

 private:
  std::string id_;
  int version_;
  DType stored_, weights_;
};

// Time of so much work, of memory that is moved beside it and of launches, by what was measured of the device or, before that, by a guess.
struct Cost {
  double multiply_adds = 0, bytes = 0, launches = 1;
};
double time_ns(const Cost& cost, const Accelerator& device);
// Parts that a launch of this estimated time is cut into, so that none keeps the display from the device.
std::size_t parts_for(double ns);

// Rows and columns of work-groups for kernels with a work-item for each pixel: what devices of all kinds can start.
std::array<std::int64_t, 3> pixel_group(const Accelerator& device);

// Zero where the value is a denormal: these count as zeros (docs/accuracy.md), which not all devices see to.
float flushed(float value);

// A row of zeros behind the last value, up to a multiple of `multiple`; of bytes of floats or of halves.
Bytes packed_values(std::span<const float> values, std::size_t multiple, DType dtype);
Bytes packed_list(std::span<const std::int32_t> numbers);

}  // namespace rt3d::kernels::cl
