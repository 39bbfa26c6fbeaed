// The multiplications between Winograd's transforms, over lists of units (winograd/units.h), and the weights that they read:
// transformed along every axis when packed, or (late) along height and width only, the rest being done panel by panel when it
// runs. Late weights are kd / q of the size, which pays where they come from memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/device.h"
#include "base/tensor.h"
#include "base/thread_pool.h"
#include "jit/winograd/plan.h"
#include "jit/winograd/units.h"

namespace rt3d::jit {

struct WinogradWeights {
  std::optional<kernels::Pattern> pattern;  // of the units that are there; none: all
  bool transformed;                         // whether it is that of transformed weights
  Buffer values;
  std::size_t bytes() const {
    return values.bytes() + (pattern ? static_cast<std::size_t>(pattern->units()) : 0);
  }
};

class WinogradMultiply {
 public:
  // Keeps the plan's address. `kept`: the expected share of units that are there; 1: dense, every unit is.
  WinogradMultiply(const WinogradPlan& plan, const Device& device, double kept);

  // weights [oc, ic, kd, kh, kw]; transformed ones [oc, ic, q, n, n], where given, stand for them.
  WinogradWeights pack(const Tensor& weights, const Tensor* transformed, ThreadPool& pool) const;
  std::string packing_key() const;  // as Kernel's
  // What was packed, here or by another one of the same key, and which outlives this one.
  void use(const WinogradWeights& weights);
  std::size_t own_bytes() const { return zeros_.bytes(); }
  std::int64_t scratch_floats() const;  // of every worker

  // c[q][ocb][row] = a[q][icb][row] · U[point][q] for all rows of a block and all q.
  void run(const WinogradPlan::Block& block, std::int64_t point, const float* a, float* c,
           float* scratch) const;

 private:
  using CodePtr = std::shared_ptr<const Code>;
  // What differs between full panels and a narrower last one.
  struct Width {
    std::vector<CodePtr> tiles;  // by rows
    CodePtr late;                // the transform of a panel's weights
  };

  Width make_width(std::int64_t panel) const;
  CodePtr late_transform() const;
  int ahead_lines() const;
  WinogradUnits units_of(const WinogradWeights& weights) const;
  std::int64_t panel_floats() const { return p_.unit_count() * p_.unit_floats(0); }
  const Width& width(std::int64_t panel) const { return panel == p_.panels - 1 ? last_ : full_; }
  void multiply(const WinogradPlan::Block& block, std::int64_t panel, const WinogradUnits::List& list,
                const float* weights, const float* a, float* c, const float*& ahead) const;

  const WinogradPlan& p_;
  Isa isa_;
  std::int64_t l2_bytes_;
  double kept_;
  std::int64_t ahead_floats_;  // prefetched per unit
  Width full_, last_;
  std::optional<WinogradUnits> units_;
  const float* weights_ = nullptr;
  Buffer zeros_;
};

}  // namespace rt3d::jit
