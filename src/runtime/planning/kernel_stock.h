// Prepared kernels and packed constants that several plans of a session share. A plan that differs from another one in a few layers
// compiles and packs these, and nothing else. It holds nothing by itself but handles of constants: what no plan uses any more is freed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/planning/plan.h"

namespace rt3d::runtime {

using Constants = std::vector<Tensor>;  // one per input of a kernel's problem; empty where it is not constant

// Whether these are the same values, at little cost: those of one file are told by where they lie, as are large ones.
bool same_constants(const Constants& a, const Constants& b);

class KernelStock {
 public:
  // A kernel that was prepared for the same problem, schedule, layouts and constants; nullptr where there is none.
  std::shared_ptr<kernels::Kernel> find(const Choice& choice, const KernelSpec& spec,
                                        const Constants& constants) const;
  // Once it is prepared. `constants`: as the plan had them, before they were made in memory.
  void add(const Choice& choice, const KernelSpec& spec, const Constants& constants,
           const std::shared_ptr<kernels::Kernel>& kernel);

  // What a kernel of that packing key (Kernel::packing_key()) made of the same constants; nullptr where nobody did.
  std::shared_ptr<const void> packed(const std::string& key, const Constants& constants) const;
  void add_packed(const std::string& key, const Constants& constants,
                  const std::shared_ptr<const void>& packed);

 private:
  struct Made {
    KernelSpec spec;
    Constants constants;
    std::weak_ptr<kernels::Kernel> kernel;
  };
  struct Packing {
    Constants constants;
    std::weak_ptr<const void> packed;
  };

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Made>> made_;       // by problem, family, schedule and engine
  std::map<std::string, std::vector<Packing>> packed_;  // by packing key
};

}  // namespace rt3d::runtime
