#include "runtime/session.h"

#include <cmath>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/auto_device.h"
#include "runtime/devices/device_table.h"
#include "runtime/prepared.h"
#include "runtime/running/nonfinite.h"

namespace rt3d::runtime {

struct Session::Impl {
  Impl(const graph::Graph& model, const SessionOptions& options) {
    if (!is_auto(options.device)) {
      now = std::make_unique<Prepared>(model, options);
      device_text = now->device_text;
      return;
    }
    AutoChoice choice = choose_device(model, options);
    now = std::move(choice.chosen);
    spare = std::move(choice.spare);
    device_text = cat(now->device_text, " (", choice.why, ")");
  }

  // Whether the device is lost and there is another plan, which then takes over with the inputs as they were set.
  bool goes_on_after(const Error& error) {
    if (error.code() != Code::device || !spare) return false;
    log(LogLevel::warning, "auto: the device was lost, the CPU takes over: ", error.what());
    spare->wake();
    spare->take_inputs(*now);
    device_text = cat(spare->device_text, " (auto: the device was lost)");
    lost = std::move(now);
    now = std::move(spare);
    lost->sleep();
    return true;
  }

  // A part of a run; where the device is lost in it, `again` is what the other plan has to do for it.
  template <typename Part, typename Again>
  void with_spare(const Part& part, const Again& again) {
    try {
      return part();
    } catch (const Error& error) {
      if (!goes_on_after(error)) throw;
    }
    again();
  }

  std::unique_ptr<Prepared> now;    // what runs
  std::unique_ptr<Prepared> spare;  // of "auto" on an accelerator: the CPU's plan, asleep
  std::unique_ptr<Prepared> lost;   // what ran on a lost device, asleep: its texts were given away
  std::string device_text;
};

Session::Session(const graph::Graph& model, const SessionOptions& options) {
  check_switches();
  impl_ = std::make_unique<Impl>(model, options);
}
Session::~Session() = default;

const std::vector<NamedDesc>& Session::inputs() const { return impl_->now->inputs; }
const std::vector<NamedDesc>& Session::outputs() const { return impl_->now->outputs; }

void Session::set_input(std::size_t index, std::span<const std::byte> bytes) {
  impl_->now->set_input(index, bytes);
}

void Session::run() {
  start();
  wait();
}

void Session::start() {
  const auto start = [&] { impl_->now->start(); };
  impl_->with_spare(start, start);
}

void Session::wait() {
  impl_->with_spare([&] { impl_->now->wait(); },
                    [&] {
                      impl_->now->start();
                      impl_->now->wait();
                    });
}

const std::byte* Session::output(std::size_t index) const { return impl_->now->output(index); }

std::int64_t Session::nonfinite_outputs() const {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < outputs().size(); ++i)
    if (const std::byte* values = output(i)) {
      const TensorDesc& desc = outputs()[i].desc;
      count += nonfinite_values(
          {values, static_cast<std::size_t>(desc.shape.elements()) * dtype_bytes(desc.dtype)}, desc.dtype);
    }
  return count;
}

const std::string& Session::device_text() const { return impl_->device_text; }
const SessionStats& Session::stats() const { return impl_->now->stats; }
const std::vector<StepReport>& Session::steps() const { return impl_->now->reports; }
std::int64_t Session::step_ns(std::size_t index) const {
  return std::llround(impl_->now->executor->step_time(index).ns);
}
std::int64_t Session::step_gap_ns(std::size_t index) const {
  return std::llround(impl_->now->executor->step_time(index).gap_ns);
}
const std::string& Session::plan_text() const {
  if (impl_->now->plan_text.empty()) impl_->now->plan_text = impl_->now->plan.text();
  return impl_->now->plan_text;
}
const std::string& Session::graph_text() const { return impl_->now->graph_text; }

}  // namespace rt3d::runtime
