// A family that computes each problem as a plan did, with that plan's family and schedule, and nothing else: so that plans differ in
// what a test changes alone.
#pragma once

#include <map>
#include <string>

#include "graph/graph.h"
#include "kernels/family.h"
#include "runtime/devices/device_table.h"

namespace rt3d::tests {

class PlannedFamily final : public kernels::KernelFamily {
 public:
  struct Taken {
    const kernels::KernelFamily* family;
    kernels::Schedule schedule;
  };
  std::map<std::string, Taken> taken;  // by the problem's text
  bool shares_all = false;             // every step is worth every thread, however small it is

  // Takes what the CPU's own plan of the graph takes, by estimates, with so many threads.
  void take_from_plan(const graph::Graph& graph, const kernels::Target& target);

  std::string_view id() const override { return "planned.any.cpu"; }
  int version() const override { return 1; }
  bool supports(const kernels::Problem& p, const kernels::Target&) const override {
    return taken.count(p.text()) != 0;
  }
  kernels::Ports ports(const kernels::Problem& p, const kernels::Target& t) const override {
    return of(p).family->ports(p, t);
  }
  kernels::Tunables tunables(const kernels::Problem& p, const kernels::Target& t) const override {
    return of(p).family->tunables(p, t);
  }
  std::vector<kernels::Schedule> space(const kernels::Problem& p, const kernels::Target&) const override {
    return {of(p).schedule};
  }
  double estimate_ns(const kernels::Problem& p, const kernels::Schedule& s,
                     const kernels::Target& t) const override {
    return shares_all ? 1e9 : of(p).family->estimate_ns(p, s, t);
  }
  std::int64_t packed_bytes(const kernels::Problem& p, const kernels::Schedule& s,
                            const kernels::Target& t) const override {
    return of(p).family->packed_bytes(p, s, t);
  }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& r) const override {
    return of(r.problem).family->compile(r);
  }

 private:
  const Taken& of(const kernels::Problem& p) const { return taken.at(p.text()); }
};

// The only one, and a backend on the host that offers nothing else.
PlannedFamily& planned_family();
const runtime::DeviceRow& planned_device();

}  // namespace rt3d::tests
