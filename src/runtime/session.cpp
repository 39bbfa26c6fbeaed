#include "runtime/session.h"

#include <algorithm>
#include <cmath>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/auto_device.h"
#include "runtime/current_plan.h"
#include "runtime/devices/device_table.h"
#include "runtime/later_tuning.h"
#include "runtime/running/nonfinite.h"

namespace rt3d::runtime {

struct Session::Impl {
  Impl(const graph::Graph& model, const SessionOptions& options) : plan(first_plan(model, options)) {
    tunes = options.tune_later;
    if (!tunes || !computes_on_the_host(plan.now())) return;
    later.emplace(plan.shared(), options);
    clock = options.tuning;
  }

  std::shared_ptr<Prepared> first_plan(const graph::Graph& model, SessionOptions options) {
    if (options.tune_later) options.tuning.mode = tuner::Mode::off;
    if (!is_auto(options.device)) {
      auto only = std::make_shared<Prepared>(model, options);
      device_text = only->device_text;
      return only;
    }
    AutoChoice choice = choose_device(model, options);
    spare = std::move(choice.spare);
    device_text = cat(choice.chosen->device_text, " (", choice.why, ")");
    return std::move(choice.chosen);
  }

  // What is not is tuned when a session is created. An accelerator that "auto" chose was.
  static bool computes_on_the_host(const Prepared& first) {
    return std::ranges::all_of(first.devices.members(), [](const Devices::Member& m) {
      return m.engine->space() == kernels::Space::host;
    });
  }

  // Whether the device is lost and there is another plan, which then takes over with the inputs as they were set.
  bool goes_on_after(const Error& error) {
    if (error.code() != Code::device || !spare) return false;
    log(LogLevel::warning, "auto: the device was lost, the CPU takes over: ", error.what());
    spare->wake();
    spare->take_inputs(plan.now());
    device_text = cat(spare->device_text, " (auto: the device was lost)");
    lost = plan.replace(std::move(spare));
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

  void start() {
    if (!plan.now().started && plan.take()) ++plans;
    plan.now().start();
  }

  bool tune(std::chrono::nanoseconds at_most) {
    if (!tunes)
      fail(Code::invalid_argument,
           "this session cannot be tuned: it was not created to be tuned later (RT3D_TUNE_LATER)");
    if (plan.now().started)
      fail(Code::busy, "the session cannot be tuned: a run was started and is not waited for yet");
    if (!later) return true;
    const Clock::time_point begun = now_of(clock);
    const Clock::time_point deadline =
        at_most < Clock::time_point::max() - begun ? begun + at_most : Clock::time_point::max();
    const auto count = [&] { spent += now_of(clock) - begun; };
    try {
      while (std::shared_ptr<Prepared> newer = later->until(deadline)) plan.offer(std::move(newer));
    } catch (...) {
      count();
      throw;
    }
    count();
    return later->finished();
  }

  std::unique_ptr<Prepared> spare;  // of "auto" on an accelerator: the CPU's plan, asleep
  std::shared_ptr<Prepared> lost;   // what ran on a lost device, asleep: its texts were given away
  std::string device_text;
  CurrentPlan plan;
  bool tunes = false;  // as its options say
  std::optional<LaterTuning> later;
  TuningOptions clock;  // its time
  std::chrono::nanoseconds spent{};
  int plans = 0;  // that were taken
};

Session::Session(const graph::Graph& model, const SessionOptions& options) {
  check_switches();
  impl_ = std::make_unique<Impl>(model, options);
}
Session::~Session() = default;

const std::vector<NamedDesc>& Session::inputs() const { return impl_->plan.now().inputs; }
const std::vector<NamedDesc>& Session::outputs() const { return impl_->plan.now().outputs; }

void Session::set_input(std::size_t index, std::span<const std::byte> bytes) {
  impl_->plan.now().set_input(index, bytes);
}

void Session::run() {
  start();
  wait();
}

void Session::start() {
  const auto start = [&] { impl_->start(); };
  impl_->with_spare(start, start);
}

void Session::wait() {
  impl_->with_spare([&] { impl_->plan.now().wait(); },
                    [&] {
                      impl_->plan.now().start();
                      impl_->plan.now().wait();
                    });
}

bool Session::tune(std::chrono::nanoseconds at_most) { return impl_->tune(at_most); }

LaterTuningState Session::tuning_state() const {
  LaterTuningState state;
  state.finished = true;
  if (impl_->later) state = impl_->later->state();
  state.spent_ns = impl_->spent.count();
  state.plans = impl_->plans;
  state.plan_waits = impl_->plan.waiting();
  return state;
}

const std::byte* Session::output(std::size_t index) const { return impl_->plan.now().output(index); }

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
const SessionStats& Session::stats() const { return impl_->plan.now().stats; }
const std::vector<StepReport>& Session::steps() const { return impl_->plan.now().reports; }
std::int64_t Session::step_ns(std::size_t index) const {
  return std::llround(impl_->plan.now().executor->step_time(index).ns);
}
std::int64_t Session::step_gap_ns(std::size_t index) const {
  return std::llround(impl_->plan.now().executor->step_time(index).gap_ns);
}
const std::string& Session::plan_text() const {
  if (impl_->plan.now().plan_text.empty()) impl_->plan.now().plan_text = impl_->plan.now().plan.text();
  return impl_->plan.now().plan_text;
}
const std::string& Session::graph_text() const { return impl_->plan.now().graph_text; }

}  // namespace rt3d::runtime
