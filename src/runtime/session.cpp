#include "runtime/session.h"

#include <algorithm>
#include <cmath>

#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/auto_device.h"
#include "runtime/background_tuning.h"
#include "runtime/current_plan.h"
#include "runtime/devices/device_table.h"
#include "runtime/later_tuning.h"
#include "runtime/planning/planner.h"
#include "runtime/running/nonfinite.h"
#include "runtime/shaped_plans.h"

namespace rt3d::runtime {

struct Session::Impl {
  Impl(const graph::Graph& model, const SessionOptions& given)
      : options(given),
        plan(first_plan(model, at_creation(given))),
        others(static_cast<std::size_t>(std::max(0, given.shapes_kept - 1))) {
    if (options.shapes_kept > 0) reshaped = model;
    if (options.tune_in_background) turns = std::make_unique<SessionTurns>(options.background.slice);
    later = tuning_of(plan.shared(), options);
    if (turns) background = std::make_unique<BackgroundTuning>(std::move(later), plan, *turns, options);
  }

  // In a forked child nobody may wait for the thread, nor for those whom it may have been waiting for.
  ~Impl() {
    if (!background || !background->in_child()) return;
    static_cast<void>(background.release());
    static_cast<void>(turns.release());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  static SessionOptions at_creation(SessionOptions options) {
    if (options.tune_later) options.tuning.mode = tuner::Mode::off;
    return options;
  }

  std::unique_ptr<LaterTuning> tuning_of(const std::shared_ptr<Prepared>& first, SessionOptions then) {
    if (!then.tune_later || !computes_on_the_host(*first)) return nullptr;
    then.tuning.turns = turns.get();
    return std::make_unique<LaterTuning>(first, then);
  }

  std::shared_ptr<Prepared> first_plan(const graph::Graph& model, const SessionOptions& options) {
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
    if (!background) return take_and_start();
    if (background->in_child()) return plan.now().start();
    const SessionTurns::Run mine(*turns);
    take_and_start();
  }
  void take_and_start() {
    if (!plan.now().started) plan.take();
    plan.now().start();
  }

  // In a forked child the database is the parent's, whose thread may have held its lock.
  void note_database() {
    const std::unique_ptr<tuner::TuningDb>& db = plan.now().platform->db;
    if (!options.tune_later || !options.database_note.empty() || !db) return;
    if (background && background->in_child()) return;
    SessionStats& stats = plan.now().stats;
    stats.rows_not_stored = static_cast<int>(db->rows_not_stored());
    stats.database_note = db->trouble_so_far();
  }

  bool tune(std::chrono::nanoseconds at_most) {
    if (!options.tune_later)
      fail(Code::invalid_argument,
           "this session cannot be tuned: it was not created to be tuned later (RT3D_TUNE_LATER)");
    if (options.tune_in_background)
      fail(Code::invalid_argument, "this session cannot be tuned by its caller: a thread of its own does it");
    if (plan.now().started)
      fail(Code::busy, "the session cannot be tuned: a run was started and is not waited for yet");
    if (!later) return true;
    const Clock::time_point begun = now_of(options.tuning);
    const Clock::time_point deadline =
        at_most < Clock::time_point::max() - begun ? begun + at_most : Clock::time_point::max();
    const auto count = [&] { spent += now_of(options.tuning) - begun; };
    try {
      while (std::shared_ptr<Prepared> newer = later->until(deadline)) plan.offer(std::move(newer));
    } catch (...) {
      count();
      throw;
    }
    count();
    return later->finished();
  }

  void reshape(const InputShapes& shapes) {
    if (!reshaped)
      fail(Code::invalid_argument, "this session cannot be reshaped: it was not created to be (shapes_kept)");
    if (spare || lost)
      fail(Code::unsupported,
           "a session of 'auto' that is on an accelerator cannot be reshaped; name the device");
    if (plan.now().started)
      fail(Code::busy, "the session cannot be reshaped: a run was started and is not waited for yet");
    InputShapes all = shapes_now(), wanted = all;
    for (const auto& [name, shape] : shapes) wanted[name] = shape;
    if (wanted == all) return;
    BackgroundTuning::Pause pause(background.get());
    SessionOptions then = options;
    for (const auto& [name, shape] : shapes) then.input_shapes[name] = shape;
    std::shared_ptr<Prepared> next = others.find(wanted);
    if (!next)
      next = std::make_shared<Prepared>(plan.now().platform, std::make_shared<NormalForm>(*reshaped, then),
                                        at_creation(then), Prepared::Weights::let_go,
                                        Executor::Extent::untouched);
    std::unique_ptr<LaterTuning> its_tuning = tuning_of(next, then);
    ShapedPlans::Kept before;
    before.emplace_front(std::move(all), nullptr);
    // From here on nothing fails.
    plan.take();
    before.front().second = plan.replace(std::move(next));
    if (!options.plan_only) before.front().second->rest();
    others.exchange(wanted, std::move(before));
    if (background)
      its_tuning = pause.replace(std::move(its_tuning));
    else
      later = std::move(its_tuning);
    std::swap(options.input_shapes, then.input_shapes);
  }

  InputShapes shapes_now() const {
    InputShapes shapes;
    for (const NamedDesc& input : plan.now().inputs) shapes[input.name] = input.desc.shape;
    return shapes;
  }

  SessionOptions options;                // with the shapes that were given last
  std::optional<graph::Graph> reshaped;  // the model, of which plans for other shapes are made
  std::unique_ptr<Prepared> spare;       // of "auto" on an accelerator: the CPU's plan, asleep
  std::shared_ptr<Prepared> lost;        // what ran on a lost device, asleep: its texts were given away
  std::string device_text;
  CurrentPlan plan;
  ShapedPlans others;                  // for other shapes
  std::unique_ptr<LaterTuning> later;  // nullptr: nothing is tuned later, or in the background
  std::chrono::nanoseconds spent{};
  std::unique_ptr<SessionTurns> turns;           // nullptr: nobody tunes in the background
  std::unique_ptr<BackgroundTuning> background;  // the last: its thread uses the others until it is gone
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

void Session::reshape(const std::map<std::string, Shape>& input_shapes) { impl_->reshape(input_shapes); }

bool Session::tune(std::chrono::nanoseconds at_most) { return impl_->tune(at_most); }

LaterTuningState Session::tuning_state() const {
  LaterTuningState state;
  state.finished = true;
  if (impl_->later) state = impl_->later->state();
  state.spent_ns = impl_->spent.count();
  if (impl_->background) state = impl_->background->state();
  state.plans = impl_->plan.taken();
  state.plan_waits = impl_->plan.waiting();
  return state;
}

std::vector<LayerProspect> Session::prospects() const {
  if (!impl_->options.tune_later)
    fail(Code::invalid_argument,
         "this session has no prospects: it was not created to be tuned later (RT3D_TUNE_LATER)");
  if (impl_->background)
    fail(Code::invalid_argument, "a session that a thread of its own tunes is not asked for prospects");
  const Prepared& now = impl_->plan.now();
  GraphProblems problems =
      problems_of(*now.form->graph, *now.form->zeros, now.devices, impl_->options.memory_limit);
  return prospects_of(problems.choices, now.devices, *now.platform->db);
}

void Session::allow_tuning(bool allowed) {
  if (!impl_->options.tune_in_background)
    fail(Code::invalid_argument,
         "this session has no tuning to allow: it was not created to be tuned in the background "
         "(RT3D_TUNE_BACKGROUND)");
  if (impl_->background) impl_->background->allow(allowed);
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
const SessionStats& Session::stats_by_now() const {
  impl_->note_database();
  return stats();
}
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
