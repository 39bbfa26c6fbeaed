// What a session computes on: this CPU, and beside it at most one device with memory of its own. Families of several engines
// compete for each problem; who can compute it, and on which engine, is an offer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/engine.h"
#include "runtime/devices/device_table.h"

namespace rt3d::runtime {

struct Offer {
  const kernels::KernelFamily* family = nullptr;
  kernels::Engine* engine = nullptr;
};

class Devices {
 public:
  struct Member {
    const DeviceRow* row;
    kernels::Engine* engine;
  };

  // `names`: rows with commas between them, those to prefer among equals first. Throws what find_devices() does, and
  // invalid_argument for a second one with memory of its own.
  Devices(std::string_view names, const kernels::Target& cpu, ThreadPool& pool);
  // The same of devices whose rows need not be in the table, each once.
  Devices(const std::vector<NamedDevice>& named, const kernels::Target& cpu, ThreadPool& pool);

  const std::string& names() const { return names_; }
  // For people: what each member computes on, "AMD EPYC, avx512, 2 cores, …; reference".
  std::string text() const;
  const std::vector<Member>& members() const { return members_; }
  kernels::Engine& host() const {
    return *host_;
  }  // there even where no member computes on it: inputs and outputs are
  kernels::Engine* with(
      kernels::Space space) const;  // the engine whose memory that is; nullptr when there is none

  // The preferred families that support the problem, else the fallbacks that do, else what stands behind a member, else none.
  std::vector<Offer> supporting(const kernels::Problem& problem) const;

 private:
  std::string names_;
  std::vector<std::unique_ptr<kernels::Engine>> engines_;
  std::vector<Member> members_;
  kernels::Engine* host_ = nullptr;
  const DeviceRow* behind_ = nullptr;  // computes on this CPU what no member supports
};

}  // namespace rt3d::runtime
