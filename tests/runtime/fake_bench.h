// choose() with made-up families, on a clock of their own.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "runtime/choosing/choice.h"
#include "tuner/fake_family.h"

namespace rt3d::runtime {

using tuner::FakeClock;
using tuner::FakeFamily;
using tuner::FakeSchedule;
using tuner::knob;

inline std::vector<const kernels::KernelFamily*> fake_families;  // of the device

inline const DeviceRow kFakes{"fakes", "made-up families",
                              [] { return std::span<const kernels::KernelFamily* const>(fake_families); },
                              find_device("reference").copies, find_device("reference").fallback};

struct FakeBench {
  explicit FakeBench(std::vector<const kernels::KernelFamily*> families) {
    fake_families = std::move(families);
  }

  std::vector<Choice> choose(const std::vector<std::string>& problems,
                             tuner::Mode mode = tuner::Mode::quick) {
    TuningOptions options;
    options.mode = mode;
    return choose(problems, options);
  }

  std::vector<Choice> choose(const std::vector<std::string>& problems, TuningOptions options) {
    std::vector<Choice> choices(problems.size());
    for (std::size_t i = 0; i < problems.size(); ++i) {
      choices[i].problem = kernels::parse_problem(problems[i]);
      choices[i].text = choices[i].problem.text();
    }
    options.now = [] { return FakeClock::now; };
    devices.emplace(std::vector<NamedDevice>{&kFakes}, target, pool);
    if (slice == std::chrono::nanoseconds{}) {
      runtime::choose(choices, *devices, options, db);
      return choices;
    }
    Choosing choosing(choices, *devices, options, db);
    for (steps = 1; !choosing.until(FakeClock::now + slice); ++steps) shares.push_back(choosing.share_done());
    shares.push_back(choosing.share_done());
    done = choosing.problems_done();
    choosing.finish();
    return choices;
  }

  void store(const FakeFamily& family, const std::string& schedule, double time_ns, double disturbance = 0,
             const std::string& problem = kRelu) {
    db.store({.device = target.device.fingerprint(),
              .threads = 1,
              .problem = kernels::parse_problem(problem).text(),
              .family = std::string(family.id()),
              .version = 1,
              .schedule = schedule,
              .time_ns = time_ns,
              .default_ns = time_ns,
              .rigor = 1,
              .disturbance = disturbance});
  }
  std::vector<tuner::Row> rows(const std::string& problem = kRelu) const {
    return db.find(target.device.fingerprint(), 1, kernels::parse_problem(problem).text());
  }

  static constexpr const char* kRelu = "Relu 1x10x33 -> 1x10x33";
  kernels::Target target{{.name = "fake"}, 1};
  ThreadPool pool{1};
  std::optional<Devices> devices;  // as of the latest choose()
  tuner::TuningDb db{{}};
  std::chrono::nanoseconds slice{};  // choose() in steps of this; 0: at once
  int steps = 0, done = 0;
  std::vector<double> shares;  // by step: Choosing::share_done()
};

}  // namespace rt3d::runtime
