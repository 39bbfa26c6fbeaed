#include "runtime/devices/devices.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/copy/copy.h"
#include "runtime/devices/cpu_engine.h"

namespace rt3d::runtime {
namespace {

std::vector<const DeviceRow*> named(std::string_view names) {
  std::vector<const DeviceRow*> rows;
  for (;;) {
    const std::size_t comma = names.find(',');
    rows.push_back(&find_device(names.substr(0, comma)));
    if (comma == std::string_view::npos) return rows;
    names.remove_prefix(comma + 1);
  }
}

void add(std::vector<Offer>& offers, std::span<const kernels::KernelFamily* const> families,
         kernels::Engine* engine, const kernels::Problem& problem) {
  for (const kernels::KernelFamily* family : families)
    if (family->supports(problem, engine->target())) offers.push_back({family, engine});
}

}  // namespace

Devices::Devices(std::string_view names, const kernels::Target& cpu, ThreadPool& pool)
    : Devices(named(names), cpu, pool) {}

Devices::Devices(std::vector<const DeviceRow*> rows, const kernels::Target& cpu, ThreadPool& pool) {
  engines_.push_back(std::make_unique<CpuEngine>(cpu, pool));
  host_ = engines_.front().get();
  for (const DeviceRow* row : rows) {
    names_ += cat(names_.empty() ? "" : ",", row->name);
    const auto same = [&](const Member& m) { return m.row == row; };
    if (std::any_of(members_.begin(), members_.end(), same))
      fail(Code::invalid_argument, "the device '", row->name, "' is named twice");
    kernels::Engine* engine = host_;
    if (row->make_engine) {
      if (with(kernels::Space::device))
        fail(Code::invalid_argument, "the devices '", names_, "': at most one may have memory of its own");
      engine = engines_.emplace_back(row->make_engine(cpu, pool)).get();
    }
    members_.push_back({row, engine});
  }
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
  return offers;
}

}  // namespace rt3d::runtime
