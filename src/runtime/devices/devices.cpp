#include "runtime/devices/devices.h"

#include "base/error.h"
#include "kernels/copy/copy.h"
#include "runtime/devices/cpu_engine.h"

namespace rt3d::runtime {
namespace {

void add(std::vector<Offer>& offers, std::span<const kernels::KernelFamily* const> families,
         kernels::Engine* engine, const kernels::Problem& problem) {
  for (const kernels::KernelFamily* family : families)
    if (family->supports(problem, engine->target())) offers.push_back({family, engine});
}

}  // namespace

Devices::Devices(std::string_view names, const kernels::Target& cpu, ThreadPool& pool)
    : Devices(find_devices(names), cpu, pool) {}

Devices::Devices(const std::vector<NamedDevice>& named, const kernels::Target& cpu, ThreadPool& pool) {
  engines_.push_back(std::make_unique<CpuEngine>(cpu, pool));
  host_ = engines_.front().get();
  for (const NamedDevice& device : named) {
    const DeviceRow* row = device.row;
    names_ += cat(names_.empty() ? "" : ",", device.name());
    kernels::Engine* engine = host_;
    if (row->make_engine) {
      if (with(kernels::Space::device))
        fail(Code::invalid_argument, "the devices '", names_, "': at most one may have memory of its own");
      engine = engines_.emplace_back(row->make_engine(device.number, cpu, pool)).get();
    }
    members_.push_back({row, engine});
    if (!row->behind.empty()) behind_ = &find_device(row->behind);
  }
}

// One without families of its own computes on this CPU whatever that is: its name says enough.
std::string Devices::text() const {
  std::string text;
  for (const Member& m : members_)
    text += cat(text.empty() ? "" : "; ",
                m.row->families().empty() ? std::string(m.row->name) : m.engine->target().device.text());
  return text;
}

kernels::Engine* Devices::with(kernels::Space space) const {
  for (const auto& engine : engines_)
    if (engine->space() == space) return engine.get();
  return nullptr;
}

std::vector<Offer> Devices::supporting(const kernels::Problem& problem) const {
  std::vector<Offer> offers;
  bool on_host = false;
  for (const Member& m : members_) {
    add(offers, m.row->families(), m.engine, problem);
    add(offers, m.row->copies(), m.engine, problem);
    on_host = on_host || m.engine == host_;
  }
  if (!on_host) add(offers, kernels::copy::families(), host_, problem);
  if (!offers.empty()) return offers;
  for (const Member& m : members_)
    if (m.row->fallback && offers.empty() && m.row->fallback().supports(problem, m.engine->target()))
      offers.push_back({&m.row->fallback(), m.engine});
  if (!offers.empty() || behind_ == nullptr) return offers;
  add(offers, behind_->families(), host_, problem);
  if (offers.empty() && behind_->fallback().supports(problem, host_->target()))
    offers.push_back({&behind_->fallback(), host_});
  return offers;
}

}  // namespace rt3d::runtime
