// Which rows a later load measures again: those of this CPU when it is quieter than it was, and none of a device, however uneven.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <vector>

#include "kernels/ref/ref.h"
#include "runtime/choosing/choice.h"
#include "tuner/fake_queue.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

using tuner::FakeClock;
using tuner::FakeFamily;
using Families = std::span<const kernels::KernelFamily* const>;

Families uneven_families() {
  static const FakeFamily family(
      "relu.uneven.any", {{tuner::knob(1), 10, 400}, {tuner::knob(2), 11, 500}, {tuner::knob(3), 12, 600}});
  static constexpr std::array<const kernels::KernelFamily*, 1> kAll{&family};
  return kAll;
}

// Its key in the database is another one than this CPU's.
std::unique_ptr<kernels::Engine> uneven_device(int, const kernels::Target& cpu, ThreadPool& pool) {
  kernels::Target target = cpu;
  target.device.name = "uneven";
  return std::make_unique<tuner::FakeQueue>(target, pool, [] { return 0; });
}

const DeviceRow kUnevenDevice{"uneven", "",           uneven_families, [] { return Families(); },
                              nullptr,  uneven_device};
const DeviceRow kUnevenCpu{"uneven-cpu", "", uneven_families, [] { return Families(); }, nullptr};

// Loads of one problem; the runs between them are as uneven as that, the machine looks as busy as that.
struct Loads {
  explicit Loads(const DeviceRow& device) : devices({&device}, target, pool) {}

  Choice load(double looks, bool uneven) {
    std::vector<Choice> choices(1);
    choices[0].problem = kernels::parse_problem("Relu 1x10x33 -> 1x10x33");
    choices[0].text = choices[0].problem.text();
    FakeClock::reset();
    if (uneven) FakeClock::befalls = [](double us, int run) { return run / 10 % 3 == 0 ? us : 3 * us; };
    TuningOptions options;
    options.mode = tuner::Mode::full;
    options.now = [] { return FakeClock::now; };
    options.look = [=] { return tuner::MachineState{0, looks}; };
    choose(choices, devices, options, db);
    FakeClock::reset();
    return choices[0];
  }
  double disturbance() const {
    const kernels::Engine& engine = *devices.members()[0].engine;
    const std::vector<tuner::Row> rows =
        db.find(engine.target().device.fingerprint(), 1, "Relu 1x10x33 -> 1x10x33");
    REQUIRE(rows.size() == 1);
    return rows[0].disturbance;
  }

  kernels::Target target{this_device(), 1};
  ThreadPool pool{1};
  Devices devices;
  tuner::TuningDb db{{}};
};

}  // namespace

TEST_CASE("a device whose batches are uneven is tuned once, and its rows say how uneven it is") {
  Loads loads(kUnevenDevice);
  const Choice first = loads.load(0, true);
  CHECK(first.source == Source::tuned);
  CHECK(first.measurements > 0);
  const double uneven = loads.disturbance();
  CHECK(uneven > tuner::kQuiet);
  for (int load = 2; load < 6; ++load) {
    CAPTURE(load);
    const Choice later = loads.load(0, load % 2 == 0);
    CHECK(later.source == Source::database);
    CHECK(later.measurements == 0);
    CHECK(later.schedule == first.schedule);
    CHECK(loads.disturbance() == uneven);
  }
}

TEST_CASE("rows of a CPU that was busy are measured again when it is quiet, and then no more") {
  Loads loads(kUnevenCpu);
  CHECK(loads.load(8, true).measurements > 0);
  CHECK(loads.disturbance() == 8);
  CHECK(loads.load(8, true).measurements == 0);  // as busy as before
  CHECK(loads.load(0, false).measurements > 0);
  CHECK(loads.disturbance() <= tuner::kQuiet);
  CHECK(loads.load(0, true).measurements == 0);
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
