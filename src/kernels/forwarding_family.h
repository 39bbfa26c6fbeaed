// A family that does what another one does, for whoever changes a part of it: which problems it offers to compute, what it compiles.
#pragma once

#include <memory>
#include <vector>

#include "kernels/family.h"

namespace rt3d::kernels {

class ForwardingFamily : public KernelFamily {
 public:
  // `of` lives as long as this one.
  explicit ForwardingFamily(const KernelFamily& of) : of_(of) {}

  std::string_view id() const override { return of_.id(); }
  int version() const override { return of_.version(); }
  Traits traits() const override { return of_.traits(); }
  bool supports(const Problem& p, const Target& t) const override { return of_.supports(p, t); }
  Ports ports(const Problem& p, const Target& t) const override { return of_.ports(p, t); }
  Tunables tunables(const Problem& p, const Target& t) const override { return of_.tunables(p, t); }
  std::vector<Schedule> space(const Problem& p, const Target& t) const override { return of_.space(p, t); }
  double estimate_ns(const Problem& p, const Schedule& s, const Target& t) const override {
    return of_.estimate_ns(p, s, t);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& s, const Target& t) const override {
    return of_.packed_bytes(p, s, t);
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule& s,
                                             const Target& t) const override {
    return of_.executed_multiply_accumulates(p, s, t);
  }
  Work least_work(const Problem& p, const Schedule& s, const Target& t) const override {
    return of_.least_work(p, s, t);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& r) const override { return of_.compile(r); }

 protected:
  const KernelFamily& of() const { return of_; }

 private:
  const KernelFamily& of_;
};

}  // namespace rt3d::kernels
