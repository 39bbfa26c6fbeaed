// Tuning on an engine whose driver compiles in the background, for long, on the fake clock: the next candidates' code is made while others are
// timed, or before, and no limit of time is missed for it.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "kernels/forwarding_family.h"
#include "tuner/fake_family.h"
#include "tuner/fake_queue.h"
#include "tuner/search.h"
#include "tuner/tuner.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::nanoseconds;

constexpr std::chrono::milliseconds kCompiles(1000);

// Compiles so many programs at a time.
struct FakeCompiler {
  explicit FakeCompiler(int at_once) : free(static_cast<std::size_t>(at_once)) {
    for (TimePoint& slot : free) slot = FakeClock::now;
  }
  TimePoint begin(nanoseconds takes) {
    TimePoint& slot = *std::min_element(free.begin(), free.end());
    slot = std::max(slot, FakeClock::now) + takes;
    return slot;
  }
  bool busy() const {
    return std::any_of(free.begin(), free.end(), [](TimePoint t) { return t > FakeClock::now; });
  }
  static bool await(TimePoint done, nanoseconds at_most) {
    const nanoseconds left = done - std::min(done, FakeClock::now);
    FakeClock::now += std::min(left, at_most);
    return left <= at_most;
  }

  std::vector<TimePoint> free;  // from when on each of them is
  int begun = 0;
  int runs_beside = 0;  // of kernels, while it compiled
};

class CompiledKernel final : public kernels::Kernel {
 public:
  CompiledKernel(std::unique_ptr<kernels::Kernel> kernel, FakeCompiler& compiler, nanoseconds takes)
      : kernel_(std::move(kernel)), compiler_(compiler), done_(compiler.begin(takes)) {
    ++compiler.begun;
  }
  bool await_code(nanoseconds at_most) const override { return FakeCompiler::await(done_, at_most); }
  void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) override {
    FakeCompiler::await(done_, nanoseconds::max());
    kernel_->prepare(constants, pool);
  }
  void run(const kernels::RunArgs& args) const override {
    compiler_.runs_beside += compiler_.busy();
    kernel_->run(args);
  }

 private:
  std::unique_ptr<kernels::Kernel> kernel_;
  FakeCompiler& compiler_;
  TimePoint done_;
};

// `slow`: the schedule whose code takes that long instead.
class CompiledFamily final : public kernels::ForwardingFamily {
 public:
  CompiledFamily(const FakeFamily& family, FakeCompiler& compiler, std::string slow, nanoseconds takes)
      : ForwardingFamily(family), compiler_(compiler), slow_(std::move(slow)), takes_(takes) {}
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& request) const override {
    return std::make_unique<CompiledKernel>(
        of().compile(request), compiler_, request.schedule.text() == slow_ ? takes_ : nanoseconds(kCompiles));
  }

 private:
  FakeCompiler& compiler_;
  std::string slow_;
  nanoseconds takes_;
};

class CompilingQueue final : public FakeQueue {
 public:
  CompilingQueue(const kernels::Target& target, ThreadPool& pool, FakeCompiler& compiler, bool ahead)
      : FakeQueue(target, pool, [] { return 20; }), compiler_(compiler), ahead_(ahead) {}
  int compiles_ahead() const override { return ahead_ ? static_cast<int>(compiler_.free.size()) : 0; }
  bool await_compiling(nanoseconds at_most) override {
    return FakeCompiler::await(*std::max_element(compiler_.free.begin(), compiler_.free.end()), at_most);
  }

 private:
  FakeCompiler& compiler_;
  bool ahead_;
};

struct Device {
  bool is_cpu = false;
  int at_once = 3;
  bool ahead = true;
};
struct Limits {
  std::chrono::milliseconds deadline = std::chrono::hours(10), end = std::chrono::hours(10);
};
struct Result {
  TimedSchedule choice;
  std::chrono::duration<double> took{};
  int begun = 0, runs_beside = 0;
  std::vector<Row> rows;
};

Result tune_compiling(const Device& device, Mode mode, const Limits& limits = {},
                      const std::string& slow = {}, nanoseconds slow_takes = {}) {
  const FakeFamily family("relu.compiled.cl", {{knob(1), 10, 500},
                                               {knob(2), 11, 400},
                                               {knob(3), 12, 300},
                                               {knob(4), 13, 600},
                                               {knob(5), 14, 200},
                                               {knob(6), 15, 250},
                                               {knob(7), 16, 900}});
  FakeClock::reset();
  FakeSetting s;
  Accelerator accelerator;
  accelerator.name = "compiling";
  accelerator.is_cpu = device.is_cpu;
  s.target.device.accelerator = std::make_shared<const Accelerator>(accelerator);
  FakeCompiler compiler(device.at_once);
  const CompiledFamily compiled(family, compiler, slow, slow_takes);
  const kernels::KernelFamily* const families[] = {&compiled};
  CompilingQueue queue(s.target, s.pool, compiler, device.ahead);
  const TimePoint start = FakeClock::now;
  TuningDb db("");
  Result result;
  result.choice = tune({.problem = s.problem,
                        .families = families,
                        .engine = queue,
                        .mode = mode,
                        .deadline = start + limits.deadline,
                        .oracle = s.oracle,
                        .now = [] { return FakeClock::now; },
                        .end = start + limits.end},
                       db);
  result.took = FakeClock::now - start;
  result.begun = compiler.begun;
  result.runs_beside = compiler.runs_beside;
  result.rows = db.find(s.target.device.fingerprint(), 1, s.problem.text());
  FakeClock::reset();
  return result;
}

}  // namespace

TEST_CASE("candidates are compiled while others are timed, each once, and the fastest is found as without") {
  for (const Mode mode : {Mode::quick, Mode::full}) {
    const Result one_by_one = tune_compiling({.ahead = false}, mode);
    const Result ahead = tune_compiling({}, mode);
    CHECK(ahead.choice.schedule == one_by_one.choice.schedule);
    CHECK(ahead.choice.measurements == one_by_one.choice.measurements);
    CHECK(one_by_one.runs_beside == 0);
    CHECK(ahead.runs_beside > 0);
    CHECK(one_by_one.took.count() > one_by_one.begun);  // seconds
    CHECK(ahead.took.count() < 0.7 * one_by_one.took.count());
    if (mode == Mode::full) CHECK(ahead.begun == one_by_one.begun);
  }
}

TEST_CASE("a driver that compiles one program at a time does so beside what is timed, too") {
  const Result one_by_one = tune_compiling({.at_once = 1, .ahead = false}, Mode::full);
  const Result ahead = tune_compiling({.at_once = 1}, Mode::full);
  CHECK(ahead.runs_beside > 0);
  CHECK(ahead.choice.schedule == one_by_one.choice.schedule);
  CHECK(ahead.took < one_by_one.took);
  const Result on_cpu = tune_compiling({.is_cpu = true, .at_once = 1}, Mode::full);
  CHECK(on_cpu.runs_beside == 0);
  CHECK(on_cpu.took == one_by_one.took);
}

TEST_CASE("where the driver compiles on the cores that are timed, it never does so while they are") {
  for (const Mode mode : {Mode::quick, Mode::full}) {
    const Result one_by_one = tune_compiling({.is_cpu = true, .ahead = false}, mode);
    const Result batches = tune_compiling({.is_cpu = true}, mode);
    CHECK(batches.runs_beside == 0);
    CHECK(batches.choice.schedule == one_by_one.choice.schedule);
    CHECK(batches.took.count() < 0.7 * one_by_one.took.count());
  }
}

TEST_CASE("code is not waited for beyond the end, and what was measured until then is kept") {
  for (const bool is_cpu : {false, true})
    for (const char* slow : {"a=1,b=0", "a=2,b=0", "a=5,b=0"}) {
      CAPTURE(is_cpu);
      CAPTURE(slow);
      const Limits limits{.deadline = std::chrono::milliseconds(9000),
                          .end = std::chrono::milliseconds(9000)};
      const Result result =
          tune_compiling({.is_cpu = is_cpu}, Mode::full, limits, slow, std::chrono::hours(5));
      CHECK(result.took.count() <= 9.0);
      CHECK(result.choice.schedule.text() != "");
      // Where the driver compiles on the timed cores, the code of a batch is waited for as a whole.
      const std::string first_made = is_cpu ? "a=1 a=2 a=3" : "a=1";
      if (first_made.find(std::string(slow).substr(0, 3)) == std::string::npos)
        CHECK(result.choice.measurements > 0);
      CHECK(result.rows.size() == (result.choice.measurements > 0 ? 1U : 0U));
      for (const Row& row : result.rows) CHECK(row.schedule != slow);
    }
}

TEST_CASE("a candidate that was begun before the deadline is timed, though its code comes later") {
  const Limits limits{.deadline = std::chrono::milliseconds(300), .end = std::chrono::milliseconds(9000)};
  for (const bool is_cpu : {false, true}) {
    const Result result = tune_compiling({.is_cpu = is_cpu}, Mode::quick, limits);
    CHECK(result.choice.measurements == 1);
    CHECK(result.rows.size() == 1);
    CHECK(result.took.count() > 1);
    CHECK(result.took.count() < 2);
  }
}

TEST_CASE("strategies say what they will ask for") {
  Candidates candidates;
  const FakeFamily family("relu.ahead.cl", {{knob(1), 10},
                                            {knob(2), 11},
                                            {knob(3), 12},
                                            {knob(4), 13},
                                            {knob(5), 14},
                                            {knob(6), 15},
                                            {knob(7), 16},
                                            {knob(8), 17}});
  for (int i = 1; i <= 8; ++i)
    candidates.push_back(
        {.family = &family, .schedule = knob(i), .estimate_ns = 9.0 + i, .family_default = i == 1});
  for (const StrategyRow& row : search_strategies) {
    CAPTURE(row.name);
    for (const bool with_first : {false, true}) {
      std::unique_ptr<Strategy> strategy = row.make(candidates);
      if (with_first) strategy = make_first({6, 1}, std::move(strategy));
      std::vector<std::size_t> told;
      int asked = 0, right = 0;
      while (const std::optional<Ask> ask = strategy->ask()) {
        if (asked > 0) right += !told.empty() && told.front() == ask->candidate;
        ++asked;
        told = strategy->ahead();
        CHECK(std::find(told.begin(), told.end(), ask->candidate) == told.end());
        CHECK(std::all_of(told.begin(), told.end(), [&](std::size_t i) { return i < candidates.size(); }));
        strategy->tell(100 + 10 * static_cast<double>(ask->candidate));
      }
      CHECK(asked >= 5);
      CHECK(2 * right >= asked);  // those that depend on what was told are guesses
    }
  }
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
