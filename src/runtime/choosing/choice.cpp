#include "runtime/choosing/choice.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "jit/jit.h"
#include "kernels/ref/ref.h"
#include "runtime/choosing/force.h"
#include "runtime/choosing/open_choice.h"
#include "tuner/turns.h"

namespace rt3d::runtime {
namespace {

constexpr std::int64_t kQuickLimitMs = 10'000;
// Problems that one load measures again because they were measured on a busier machine; and how much quieter it must be.
constexpr std::size_t kMostRenewed = 4;
constexpr double kQuieter = 0.5;

// Takes over what the database knows. Returns whether that is enough.
bool remember(OpenChoice& open, tuner::Mode mode, const tuner::TuningDb& db) {
  const std::vector<tuner::TimedSchedule> remembered =
      tuner::recall(db, open.choice->problem, open.families, open.engine->target());  // fastest first
  for (const tuner::TimedSchedule& found : remembered) {
    add_alternative(*open.choice, found, Source::database, *open.engine);
    open.disturbance = std::max(open.disturbance, found.disturbance);
  }
  return enough(open, remembered, mode);
}

// Where nothing of an engine was measured, what was on a relative of this device or at a near share of zeros is worth more than estimates.
void take_near(OpenChoice& open, const tuner::TuningDb& db) {
  const auto same = [&](const Alternative& a) { return a.engine == open.engine; };
  if (std::any_of(open.choice->alternatives.begin(), open.choice->alternatives.end(), same)) return;
  for (const tuner::TimedSchedule& found :
       tuner::recall_near(db, open.choice->problem, open.families, open.engine->target()))
    add_alternative(*open.choice, found, Source::near, *open.engine);
}

// Measured times compete among themselves, estimates where nothing was measured. Beside measured ones the leanest of the others
// stays in reserve, at no better a time than theirs, when it packs its constants into less memory.
void complete(std::span<OpenChoice> open) {
  Choice& choice = *open.front().choice;
  const bool measured = !choice.alternatives.empty();
  double slowest_ns = 0;
  std::int64_t leanest = std::numeric_limits<std::int64_t>::max();
  for (const Alternative& a : choice.alternatives) {
    slowest_ns = std::max(slowest_ns, a.time_ns);
    leanest = std::min(leanest, a.packed_bytes);
  }
  Choice rest;
  rest.problem = choice.problem;
  for (const OpenChoice& o : open)
    for (const tuner::TimedSchedule& estimate : o.estimates)
      if (!knows(choice, estimate.family)) add_alternative(rest, estimate, Source::estimate, *o.engine);
  if (!measured) {
    choice.alternatives = std::move(rest.alternatives);
  } else if (!rest.alternatives.empty()) {
    Alternative& least = *std::min_element(
        rest.alternatives.begin(), rest.alternatives.end(),
        [](const Alternative& a, const Alternative& b) { return a.packed_bytes < b.packed_bytes; });
    if (least.packed_bytes < leanest) {
      least.reserve = true;
      least.time_ns = std::max(least.time_ns, slowest_ns);
      choice.alternatives.push_back(std::move(least));
    }
  }
  std::stable_sort(choice.alternatives.begin(), choice.alternatives.end(),
                   [](const Alternative& a, const Alternative& b) {
                     return a.reserve != b.reserve ? b.reserve : a.time_ns < b.time_ns;
                   });
}

Clock::time_point end_of(const TuningOptions& options) {
  if (options.limit_ms < 0 && options.mode != tuner::Mode::quick) return Clock::time_point::max();
  const std::chrono::milliseconds limit(options.limit_ms >= 0 ? options.limit_ms : kQuickLimitMs);
  const Clock::time_point now = now_of(options);
  // A limit beyond what the clock counts is none.
  const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - now);
  return limit < most ? now + limit : Clock::time_point::max();
}

std::int64_t tensor_bytes(const TensorDesc& desc) {
  return desc.shape.elements() * static_cast<std::int64_t>(dtype_bytes(desc.dtype));
}

// What packed constants will take, at least.
std::int64_t packed_bytes(const OpenChoice& open) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const tuner::TimedSchedule& e : open.estimates)
    least = std::min(least, e.family->packed_bytes(open.choice->problem, e.schedule, open.engine->target()));
  return open.choice->uses * least;
}

// What measuring may hold beside constants that are in memory, so that together they are no more than the session will be: packed
// constants and the operands of the largest step.
std::size_t memory_for_measuring(const std::vector<Choice>& choices, const std::vector<OpenChoice>& open) {
  std::int64_t constants = 0, activations = 0;
  for (const OpenChoice& o : open) constants += packed_bytes(o);
  for (const Choice& choice : choices) {
    constants -= choice.held_bytes;
    std::int64_t operands = 0;
    for (const kernels::Operand& input : choice.problem.inputs)
      if (!input.absent && !input.constant) operands += tensor_bytes(input.desc);
    for (const TensorDesc& output : choice.problem.outputs) operands += tensor_bytes(output);
    activations = std::max(activations, operands);
  }
  return static_cast<std::size_t>(std::max<std::int64_t>(1, constants + activations));
}

// Looks at the machine with the threads of a load.
tuner::Machine machine_of(const Devices& devices, const TuningOptions& options, const tuner::TuningDb& db) {
  kernels::Engine& host = devices.host();
  const auto remembered = [&] {
    std::vector<const kernels::KernelFamily*> families;
    for (const Devices::Member& m : devices.members())
      if (m.engine == &host)
        families.insert(families.end(), m.row->families().begin(), m.row->families().end());
    return tuner::highest_rate(db, families, host.target());
  };
  if (options.look || options.now) return tuner::Machine(options.look, remembered);
  return tuner::Machine(
      [&, turns = options.turns] {
        const tuner::Turn turn(turns);
        if (!turn.mine()) return tuner::MachineState();
        const jit::Look look = jit::look_at_machine(host.target().device, host.pool());
        return tuner::MachineState{look.multiply_adds_per_ns, look.lost};
      },
      remembered);
}

// A look at this CPU tells whether what disturbed its rows has gone. Of a device's rows it tells nothing: how even these are is the
// device's business, its driver's and its clock's, and to measure them again at each load would cost compiling, and change nothing.
bool can_become_quieter(const OpenChoice& open) { return open.engine->space() == kernels::Space::host; }

// Of problems with enough rows those to measure again because the machine is clearly quieter than it was: what costs most first.
std::vector<OpenChoice*> to_renew(std::vector<OpenChoice>& open, const std::vector<OpenChoice*>& unknown,
                                  tuner::Machine& machine) {
  std::vector<OpenChoice*> disturbed;
  for (OpenChoice& o : open)
    if (o.disturbance > tuner::kQuiet && can_become_quieter(o) &&
        std::find(unknown.begin(), unknown.end(), &o) == unknown.end())
      disturbed.push_back(&o);
  if (disturbed.empty()) return {};
  const double now = machine.disturbance();
  std::erase_if(disturbed, [&](const OpenChoice* o) { return now > kQuieter * o->disturbance; });
  const auto cost = [](const OpenChoice* o) {
    return o->choice->alternatives.front().time_ns * o->choice->uses;
  };
  std::stable_sort(disturbed.begin(), disturbed.end(),
                   [&](const OpenChoice* a, const OpenChoice* b) { return cost(a) > cost(b); });
  if (disturbed.size() > kMostRenewed) disturbed.resize(kMostRenewed);
  return disturbed;
}

}  // namespace

std::string_view source_name(Source source) {
  constexpr std::array<std::string_view, 6> kNames{"only choice", "database", "tuned",
                                                   "estimate",    "forced",   "near"};
  return kNames[static_cast<std::size_t>(source)];
}

struct Choosing::Impl {
  Impl(std::vector<Choice>& c, const Devices& d, const TuningOptions& o, tuner::TuningDb& database)
      : choices(c), devices(d), options(o), db(database) {}

  void remember_all() {
    Force force(devices);
    for (Choice& choice : choices) {
      std::vector<Offer> offers = devices.supporting(choice.problem);
      if (offers.empty())
        fail(Code::unsupported, "no kernel of the device '", devices.names(), "' computes ", choice.text);
      if (settle_alone(choice, offers, force)) continue;
      for (OpenChoice& next : open_choices(choice, offers)) {
        known.push_back(remember(next, options.mode, db) && !options.again);
        open.push_back(std::move(next));
      }
    }
    force.require_used();
    for (std::size_t i = 0; i < open.size(); ++i)
      if (!known[i]) unknown.push_back(&open[i]);
  }

  Gains gains() const {
    Gains all = gained;
    if (measuring)
      for (const auto& [problem, gain] : measuring->gains()) all[problem] = gain;
    return all;
  }

  bool measures() const { return options.mode != tuner::Mode::off && options.limit_ms != 0; }

  // First what is not known, then what can become quieter.
  void begin(const std::vector<OpenChoice*>& problems, tuner::Renewal renewal) {
    gained = gains();
    measuring.reset();
    if (problems.empty() || now_of(options) >= end) return;
    measuring =
        std::make_unique<Measuring>(problems, MeasuringRequest{renewal, options, memory, *machine, end}, db);
  }

  bool until(Clock::time_point deadline) {
    if (ended || !measures()) return true;
    if (!machine) {
      machine.emplace(machine_of(devices, options, db));
      end = end_of(options);
      memory = memory_for_measuring(choices, open);
      begin(unknown, options.again ? tuner::Renewal::all : tuner::Renewal::none);
    }
    if (measuring && !measuring->until(deadline)) return false;
    if (!renewing) {
      renewing = true;
      stopped = measuring && measuring->stopped();
      if (stopped) return true;
      begin(to_renew(open, unknown, *machine), tuner::Renewal::quieter);
      if (measuring && !measuring->until(deadline)) return false;
    }
    stopped = stopped || (measuring && measuring->stopped());
    return true;
  }

  std::vector<Choice>& choices;
  const Devices& devices;
  const TuningOptions& options;
  tuner::TuningDb& db;
  std::vector<OpenChoice> open;
  std::vector<bool> known;  // by open
  std::vector<OpenChoice*> unknown;
  std::optional<tuner::Machine> machine;  // absent until something is measured
  Clock::time_point end{};
  std::size_t memory = 0;
  std::unique_ptr<Measuring> measuring;
  Gains gained;  // by those before
  bool renewing = false, stopped = false, ended = false;
};

Choosing::Choosing(std::vector<Choice>& choices, const Devices& devices, const TuningOptions& options,
                   tuner::TuningDb& db)
    : impl_(std::make_unique<Impl>(choices, devices, options, db)) {
  impl_->remember_all();
}
Choosing::~Choosing() = default;

bool Choosing::until(Clock::time_point deadline) { return impl_->ended = impl_->until(deadline); }
bool Choosing::stopped() const { return impl_->stopped; }
int Choosing::problems() const { return static_cast<int>(impl_->unknown.size()); }

Gains Choosing::gains() const { return impl_->gains(); }

int Choosing::problems_done() const {
  if (impl_->renewing || impl_->unknown.empty()) return problems();
  return impl_->measuring ? static_cast<int>(impl_->measuring->done()) : 0;
}

double Choosing::share_done() const {
  if (impl_->renewing || impl_->unknown.empty()) return 1;
  return impl_->measuring ? impl_->measuring->share_done() : 0;
}

void Choosing::finish() {
  std::vector<OpenChoice>& open = impl_->open;
  impl_->ended = true;
  for (OpenChoice& o : open) take_near(o, impl_->db);
  for (auto first = open.begin(); first != open.end();) {
    const auto last =
        std::find_if(first, open.end(), [&](const OpenChoice& o) { return o.choice != first->choice; });
    complete({first, last});
    first = last;
  }
  for (Choice& choice : impl_->choices) choice.take(0);
}

void choose(std::vector<Choice>& choices, const Devices& devices, const TuningOptions& options,
            tuner::TuningDb& db) {
  Choosing choosing(choices, devices, options, db);
  choosing.until(Clock::time_point::max());
  choosing.finish();
}

}  // namespace rt3d::runtime
