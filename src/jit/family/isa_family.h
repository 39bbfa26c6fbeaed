// What all generated families share: one instance per instruction set, an id "<stem>.<isa>", a version.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "kernels/family.h"

namespace rt3d::jit {

// The words that every family speaks in.
using kernels::Kernel;
using kernels::KernelRequest;
using kernels::Placement;
using kernels::Port;
using kernels::Ports;
using kernels::Problem;
using kernels::RunArgs;
using kernels::Schedule;
using kernels::Target;

class IsaFamily : public kernels::KernelFamily {
 public:
  IsaFamily(std::string_view stem, int version, Isa isa)
      : isa_(isa), version_(version), id_(cat(stem, ".", isa_name(isa))) {}

  std::string_view id() const override { return id_; }
  int version() const override { return version_; }
  bool supports(const Problem& problem, const Target& target) const final {
    // Only Winograd's families multiply weights of the transform domain.
    if (problem.attributes.has(kernels::kWinogradAttribute) && accuracy() != kernels::Accuracy::standard)
      return false;
    return target.device.isa == isa_ && target.accuracy >= accuracy() && runs_on(target.device) &&
           !problem.inputs.empty() && problem.outputs.size() == 1 && computes(problem);
  }

 protected:
  virtual bool computes(const Problem& problem) const = 0;  // asked with inputs and one output
  virtual kernels::Accuracy accuracy() const {
    return kernels::Accuracy::exact;
  }                                                           // the strictest that it keeps
  virtual bool runs_on(const Device&) const { return true; }  // whether it has more than the instruction set
  Isa isa() const { return isa_; }
  int lanes() const { return isa_lanes(isa_); }

 private:
  Isa isa_;
  int version_;
  std::string id_;
};

// The immutable instance for an instruction set.
template <typename Family>
const kernels::KernelFamily& per_isa(Isa isa) {
  static const Family avx2(Isa::avx2), avx512(Isa::avx512), neon(Isa::neon);
  return isa == Isa::avx2 ? avx2 : isa == Isa::avx512 ? avx512 : neon;
}

}  // namespace rt3d::jit
