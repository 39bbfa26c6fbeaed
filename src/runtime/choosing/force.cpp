#include "runtime/choosing/force.h"

#include <algorithm>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"

namespace rt3d::runtime {
namespace {

const kernels::KernelFamily& family_named(std::string_view id, const Devices& devices,
                                          const std::string& wish) {
  std::vector<const kernels::KernelFamily*> all;
  for (const Devices::Member& m : devices.members())
    all.insert(all.end(), m.row->families().begin(), m.row->families().end());
  for (const Devices::Member& m : devices.members())
    if (m.row->fallback) all.push_back(&m.row->fallback());
  std::string known;
  for (const kernels::KernelFamily* family : all) {
    if (family->id() == id) return *family;
    known += cat(known.empty() ? "" : " ", family->id());
  }
  fail(Code::invalid_argument, "RT3D_FORCE='", wish, "': the device '", devices.names(), "' has no family '",
       id, "'; it has ", known);
}

}  // namespace

Force::Force(const Devices& devices) : wish_(env(EnvSwitch::force)) {
  if (wish_.empty()) return;
  const auto colon = wish_.find(':');
  family_ = &family_named(wish_.substr(0, colon), devices, wish_);
  if (colon == std::string::npos) return;
  try {
    schedule_ = kernels::parse_schedule(wish_.substr(colon + 1));
  } catch (const Error& error) {
    fail(error.code(), "RT3D_FORCE='", wish_, "': ", error.what());
  }
}

std::optional<kernels::Schedule> Force::narrow(std::vector<Offer>& offers, const kernels::Problem& problem) {
  const auto forced =
      std::find_if(offers.begin(), offers.end(), [&](const Offer& offer) { return offer.family == family_; });
  if (!family_ || forced == offers.end()) return {};
  offers = {*forced};
  const kernels::Target& target = offers[0].engine->target();
  if (!supported_ && schedule_) legal_ = family_->space(problem, target).front().text();
  supported_ = true;
  if (!schedule_) used_ = true;
  if (!schedule_ || !family_->tunables(problem, target).allow(*schedule_)) return {};
  used_ = true;
  return schedule_;
}

void Force::require_used() const {
  if (!family_ || used_) return;
  const std::string none =
      cat("RT3D_FORCE='", wish_, "': the family '", family_->id(), "' computes none of the model's steps");
  if (!schedule_) return log(LogLevel::warning, none);
  if (!supported_) fail(Code::invalid_argument, none);
  fail(Code::invalid_argument, "RT3D_FORCE='", wish_,
       "': the schedule is legal for none of the model's steps; '", legal_, "' is for one");
}

}  // namespace rt3d::runtime
