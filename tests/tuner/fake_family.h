// A kernel family for tests of the tuner: computes y = max(x, 0) with any estimates, times (of rows of 33, others in proportion) and
// faults. Its time passes on a clock of its own, so that tests do not depend on the machine's load.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/family.h"
#include "runtime/devices/cpu_engine.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {

// A schedule of the two knobs that these tests turn.
inline kernels::Schedule knob(int a, int b = 0) { return {{"a", a}, {"b", b}}; }

struct FakeSchedule {
  kernels::Schedule schedule;
  double estimate_ns = 1;
  double run_us = 100;
  enum class Fault { none, wrong_value, overrun, throws } fault = Fault::none;
  double prepare_us = 0;
};

// Moved on by fake kernels only.
struct FakeClock {
  static inline std::chrono::steady_clock::time_point now{};
  static inline double slowdown = 1;    // the machine's speed just now
  static inline double drift = 1;       // by which it changes with every run
  static inline int until_hiccup = -1;  // runs, after which one takes ten times as long; negative: never
  // What befalls a run, of which the time alone and the number are given: how long it takes on the clock. Empty: nothing.
  static inline std::function<double(double us, int run)> befalls;
  static inline int runs = 0;

  static void pass(double us) {
    const double hiccup = until_hiccup-- == 0 ? 10 : 1;
    us *= slowdown * hiccup;
    if (befalls) us = befalls(us, runs);
    ++runs;
    now += std::chrono::nanoseconds(static_cast<std::int64_t>(us * 1e3));
    slowdown *= drift;
  }

  static void reset() {
    slowdown = drift = 1;
    until_hiccup = -1;
    befalls = {};
    runs = 0;
  }
};

inline double fake_scale(const Shape& shape) { return static_cast<double>(shape[2]) / 33; }

struct FakeCounts {
  std::atomic<int> compiled = 0;
  std::atomic<int> runs = 0;
};

class FakeKernel final : public kernels::Kernel {
 public:
  FakeKernel(const kernels::KernelRequest& request, const FakeSchedule& how, FakeCounts& counts)
      : shape_(request.problem.outputs[0].shape),
        in_(request.inputs[0]),
        out_(request.outputs[0]),
        how_(how),
        counts_(counts) {}
  void prepare(std::span<const Tensor* const>, ThreadPool&) override {
    FakeClock::now += std::chrono::nanoseconds(static_cast<std::int64_t>(how_.prepare_us * 1e3));
  }
  void run(const kernels::RunArgs& args) const override {
    ++counts_.runs;
    const float* x = kernels::input_f32(args, 0);
    float* y = kernels::output_f32(args, 0);
    const kernels::Dims5 s(shape_);
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t w = 0; w < s.w; ++w) y[at(out_, c, w)] = std::max(x[at(in_, c, w)], 0.0f);
    if (how_.fault == FakeSchedule::Fault::wrong_value) y[at(out_, s.c - 1, s.w - 1)] += 0.5f;
    if (how_.fault == FakeSchedule::Fault::overrun) y[at(out_, s.c - 1, s.w - 1) + 4 * out_.block] = 1;
    FakeClock::pass(how_.run_us * fake_scale(shape_));
  }

 private:
  static std::int64_t at(const kernels::Placement& p, std::int64_t c, std::int64_t w) {
    return c / p.block * p.c + c % p.block + w * p.block;
  }
  Shape shape_;
  kernels::Placement in_, out_;
  FakeSchedule how_;
  FakeCounts& counts_;
};

class FakeFamily final : public kernels::KernelFamily {
 public:
  FakeFamily(std::string id, std::vector<FakeSchedule> schedules, int block = 1, int version = 1,
             std::int64_t packed_bytes = 0)
      : id_(std::move(id)),
        schedules_(std::move(schedules)),
        block_(block),
        version_(version),
        packed_bytes_(packed_bytes) {
    std::stable_sort(schedules_.begin(), schedules_.end(),
                     [](const auto& a, const auto& b) { return a.estimate_ns < b.estimate_ns; });
  }
  std::string_view id() const override { return id_; }
  int version() const override { return version_; }
  bool supports(const kernels::Problem& problem, const kernels::Target&) const override {
    return problem.op == "Relu";
  }
  // Weights, which problems may have, too, are not read.
  kernels::Ports ports(const kernels::Problem& problem, const kernels::Target&) const override {
    kernels::Ports ports{.inputs = {{.block = block_, .halo_h = block_ > 1, .halo_w = block_ > 1}},
                         .outputs = {{.block = block_}}};
    ports.inputs.resize(problem.inputs.size());
    return ports;
  }
  kernels::Tunables tunables(const kernels::Problem&, const kernels::Target&) const override {
    kernels::Tunables tunables({"a", "b"});
    tunables
        .decide("a",
                [this](const kernels::Schedule&) {
                  std::vector<int> all;
                  for (const FakeSchedule& s : schedules_) all.push_back(s.schedule.get("a"));
                  return all;
                })
        .decide("b", [this](const kernels::Schedule& decided) {
          std::vector<int> all;
          for (const FakeSchedule& s : schedules_)
            if (s.schedule.get("a") == decided.get("a")) all.push_back(s.schedule.get("b"));
          return all;
        });
    return tunables;
  }
  std::vector<kernels::Schedule> space(const kernels::Problem&, const kernels::Target&) const override {
    std::vector<kernels::Schedule> space;
    for (const FakeSchedule& s : schedules_) space.push_back(s.schedule);
    return space;
  }
  double estimate_ns(const kernels::Problem& problem, const kernels::Schedule& schedule,
                     const kernels::Target&) const override {
    return find(schedule).estimate_ns * fake_scale(problem.outputs[0].shape);
  }
  std::int64_t packed_bytes(const kernels::Problem&, const kernels::Schedule&,
                            const kernels::Target&) const override {
    return packed_bytes_;
  }
  kernels::Work least_work(const kernels::Problem&, const kernels::Schedule&,
                           const kernels::Target&) const override {
    return {.multiply_adds = multiply_adds, .bytes = 0};
  }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& request) const override {
    ++counts.compiled;
    if (find(request.schedule).fault == FakeSchedule::Fault::throws)
      fail(Code::internal, "no such instruction");
    return std::make_unique<FakeKernel>(request, find(request.schedule), counts);
  }

  mutable FakeCounts counts;
  double multiply_adds = 0;  // of a run

 private:
  const FakeSchedule& find(const kernels::Schedule& schedule) const {
    return *std::find_if(schedules_.begin(), schedules_.end(),
                         [&](const auto& s) { return s.schedule == schedule; });
  }
  std::string id_;
  std::vector<FakeSchedule> schedules_;
  int block_;
  int version_;
  std::int64_t packed_bytes_;
};

// Everything a request needs, around the problem that fake families compute.
struct FakeSetting {
  kernels::Problem problem = kernels::parse_problem("Relu 1x10x33 -> 1x10x33");
  kernels::Target target = {.device = {.name = "fake"}, .threads = 1};
  ThreadPool pool{1};
  std::optional<runtime::CpuEngine> engine;  // of the latest request
  Oracle oracle = [](const kernels::Problem&, std::span<const Tensor> inputs,
                     std::span<const std::int64_t> indices, std::span<float> values) {
    for (std::size_t i = 0; i < indices.size(); ++i)
      values[i] = std::max(inputs[0].values<float>()[static_cast<std::size_t>(indices[i])], 0.0f);
  };

  TuneRequest request(std::span<const kernels::KernelFamily* const> families, Mode mode = Mode::quick) {
    return {.problem = problem,
            .families = families,
            .engine = engine.emplace(target, pool),
            .mode = mode,
            .oracle = oracle,
            .now = [] { return FakeClock::now; }};
  }
};

}  // namespace rt3d::tuner
