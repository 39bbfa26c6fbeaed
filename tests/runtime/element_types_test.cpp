// Tensors that lie in memory as another type than the model's: a family of halves among families of floats, with copies between them
// that are a family like any other. Nothing else of the runtime has to know.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"
#include "kernels/copy/copy.h"
#include "kernels/ref/ref.h"
#include "kernels/reorder_problem.h"
#include "runtime/planned_graph.h"
#include "runtime/running/executor.h"
#include "runtime/running/interpret.h"
#include "tuner/measure.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

using kernels::KernelFamily;
using kernels::Placement;
using kernels::Port;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;
using Span = std::span<const KernelFamily* const>;

// One operand of a kernel, as floats.
struct Elements {
  Placement at;
  DType dtype;

  std::int64_t index(std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t h, std::int64_t w) const {
    return n * at.n + c / at.block * at.c + c % at.block + d * at.d + h * at.h + w * at.block;
  }
  float read(const kernels::Place& place, std::int64_t i) const {
    return dtype == DType::f16 ? half_to_float(reinterpret_cast<const std::uint16_t*>(place.host())[i])
                               : reinterpret_cast<const float*>(place.host())[i];
  }
  void write(const kernels::Place& place, std::int64_t i, float value) const {
    if (dtype == DType::f16)
      reinterpret_cast<std::uint16_t*>(place.host())[i] = float_to_half(value);
    else
      reinterpret_cast<float*>(place.host())[i] = value;
  }
};

using Function = float (*)(float);

// Applies a function to every element; lanes beyond the last channel become zero. Where the input has a halo, it must be zeros.
class MapKernel final : public kernels::Kernel {
 public:
  MapKernel(const kernels::KernelRequest& request, const kernels::Ports& ports, Function function)
      : shape_(request.problem.outputs[0].shape),
        in_{request.inputs[0], ports.inputs[0].dtype},
        out_{request.outputs[0], ports.outputs[0].dtype},
        function_(function) {}

  void prepare(std::span<const Tensor* const>, ThreadPool&) override {}
  void run(const kernels::RunArgs& args) const override {
    const kernels::Dims5 s(shape_);
    const std::int64_t lanes = kernels::blocks(s.c, out_.at.block) * out_.at.block;
    for (std::int64_t n = 0; n < s.n; ++n)
      for (std::int64_t c = 0; c < lanes; ++c)
        for (std::int64_t d = 0; d < s.d; ++d)
          for (std::int64_t h = 0; h < s.h; ++h)
            for (std::int64_t w = 0; w < s.w; ++w)
              out_.write(args.outputs[0], out_.index(n, c, d, h, w),
                         c < s.c ? result(args.inputs[0], n, c, d, h, w) : 0);
  }

 private:
  float result(const kernels::Place& in, std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t h,
               std::int64_t w) const {
    for (const int side : {-1, 1}) {
      const bool beside_h = in_.at.halo_h > 0 && (side < 0 ? h == 0 : h == kernels::Dims5(shape_).h - 1);
      const bool beside_w = in_.at.halo_w > 0 && (side < 0 ? w == 0 : w == kernels::Dims5(shape_).w - 1);
      if ((beside_h && in_.read(in, in_.index(n, c, d, h + side, w)) != 0) ||
          (beside_w && in_.read(in, in_.index(n, c, d, h, w + side)) != 0))
        return std::numeric_limits<float>::quiet_NaN();
    }
    return function_(in_.read(in, in_.index(n, c, d, h, w)));
  }

  Shape shape_;
  Elements in_, out_;
  Function function_;
};

class TestFamily : public KernelFamily {
 public:
  int version() const override { return 1; }
  double estimate_ns(const Problem&, const Schedule&, const Target&) const override { return 1; }
};

// An operation on halves, in the layouts of two ports.
class HalfMap final : public TestFamily {
 public:
  HalfMap(std::string_view op, Function function, Port takes, Port gives)
      : op_(op), id_(std::string(op) + ".half.test"), function_(function), takes_(takes), gives_(gives) {}
  std::string_view id() const override { return id_; }
  bool supports(const Problem& p, const Target&) const override {
    return p.op == op_ && p.outputs[0].dtype == DType::f32 && p.outputs[0].shape.rank() == 5;
  }
  kernels::Ports ports(const Problem&, const Target&) const override { return {{takes_}, {gives_}}; }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& r) const override {
    return std::make_unique<MapKernel>(r, ports(r.problem, r.target), function_);
  }

 private:
  std::string op_, id_;
  Function function_;
  Port takes_, gives_;
};

// Copies of which at least one side is halves.
class HalfCopy final : public TestFamily {
 public:
  std::string_view id() const override { return "reorder.half.test"; }
  bool supports(const Problem& p, const Target&) const override {
    const auto at = kernels::reorder_ports(p);
    const auto is = [&](DType in, DType out) {
      return at->inputs[0].dtype == in && at->outputs[0].dtype == out;
    };
    return at && (is(DType::f32, DType::f16) || is(DType::f16, DType::f32) || is(DType::f16, DType::f16));
  }
  kernels::Ports ports(const Problem& p, const Target&) const override { return *kernels::reorder_ports(p); }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& r) const override {
    // A copy is asked for nothing of a halo that its source has.
    kernels::KernelRequest request = r;
    request.inputs[0].halo_h = request.inputs[0].halo_w = 0;
    return std::make_unique<MapKernel>(request, ports(r.problem, r.target), [](float v) { return v; });
  }
};

float relu(float v) { return v > 0 ? v : 0; }
float floor_of(float v) { return std::floor(v); }
float forgetful(float v) { return v; }
const Port kFramedPort{.block = 8, .halo_h = 1, .halo_w = 1, .dtype = DType::f16},
    kEights{.block = 8, .dtype = DType::f16}, kPlanarPort{.dtype = DType::f16};
const HalfMap kHalfRelu("Relu", relu, kFramedPort, kEights),
    kForgetful("Relu", forgetful, kFramedPort, kEights),
    kHalfFloor("Floor", floor_of, kPlanarPort, kPlanarPort);

Span half_families() {
  static const KernelFamily* const all[] = {&kHalfRelu, &kHalfFloor};
  return all;
}
Span copies() {
  static const HalfCopy halves;
  static const KernelFamily* const all[] = {&halves, kernels::copy::families()[0]};
  return all;
}
const DeviceRow kHalves{"halves", "", half_families, copies, kernels::ref::family};

struct HalvesRun {
  explicit HalvesRun(const std::string& text)
      : graph(graph::parse_graph(text)), devices({&kHalves}, target, pool), db({}) {
    TuningOptions tuning;
    tuning.mode = tuner::Mode::off;
    program = make_program(graph, {devices, tuning, db});
    for (const Step& step : program.plan.steps) {
      const Problem& problem = program.plan.choice_of(step).problem;
      steps += (steps.empty() ? "" : " ") + problem.op;
      if (problem.op == kernels::kReorder)
        steps +=
            cat(":", dtype_name(problem.inputs[0].desc.dtype), ":", dtype_name(problem.outputs[0].dtype));
    }
    INFO(program.plan.text());
    // Twice: the second time in memory that was used. Eighths are halves, too, so that results are the reference's.
    Executor executor(program, devices);
    std::vector<Tensor> inputs = test::random_inputs(graph, 3);
    for (Tensor& input : inputs)
      for (float& v : input.mutable_values<float>()) v = std::round(v * 64) / 8;
    const std::vector<Tensor> expected = interpret(graph, inputs);
    for (int again = 0; again < 2; ++again) {
      for (std::size_t i = 0; i < inputs.size(); ++i)
        std::memcpy(executor.address(program.plan.inputs[i]), inputs[i].bytes().data(),
                    inputs[i].bytes().size());
      executor.run();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const PlanOutput& output = program.plan.outputs[i];
        REQUIRE(output.location.desc == expected[i].desc());
        const float* got = reinterpret_cast<const float*>(executor.address(output.location));
        int wrong = 0;
        for (const float want : expected[i].values<float>()) wrong += !(*got++ == want);
        CHECK(wrong == 0);
      }
    }
  }

  Target target{this_device(), 1};
  ThreadPool pool{1};
  graph::Graph graph;
  Devices devices;
  tuner::TuningDb db;
  Program program;
  std::string steps;  // operations, copies with their types
};

}  // namespace

TEST_CASE("values are narrowed before kernels of halves and widened behind them, once for all readers") {
  const HalvesRun ran(
      "graph \"t\"\ninput x f32 2x12x2x4x5\na f32 2x12x2x4x5 = Abs(x)\nb f32 2x12x2x4x5 = Neg(a)\n"
      "c f32 2x12x2x4x5 = Relu(x)\nd f32 2x12x2x4x5 = Relu(c)\ne f32 2x12x2x4x5 = Relu(x)\n"
      "y f32 2x12x2x4x5 = Add(d, b)\nz f32 2x12x2x4x5 = Sub(d, e)\noutput y\noutput z\n");
  CHECK(ran.steps == "Abs Neg Reorder:f32:f16 Relu Relu Relu Reorder:f16:f32 Add Reorder:f16:f32 Sub");
  const Plan& plan = ran.program.plan;
  CHECK(plan.text().find("Reorder 2x12x2x4x5 -> 2x12x2x4x5:f16 from=1x0x0 to=8x1x1") != std::string::npos);
  CHECK(plan.text().find(" f16 block8 halo1x1") != std::string::npos);
  int halves = 0, floats = 0;
  for (const Step& step : plan.steps)
    for (const Location& l : step.outputs) {
      const Storage& storage = plan.storages[static_cast<std::size_t>(l.storage)];
      CHECK(storage.dtype == l.desc.dtype);
      CHECK(storage.bytes ==
            static_cast<std::size_t>(l.placement.elements(l.desc.shape)) * dtype_bytes(l.desc.dtype));
      ++(storage.dtype == DType::f16 ? halves : floats);
      // Halves and floats never lie in the same memory.
      for (const Storage& other : plan.storages)
        if (other.dtype != storage.dtype)
          CHECK((storage.offset + storage.bytes <= other.offset ||
                 other.offset + other.bytes <= storage.offset));
    }
  CHECK(halves == 4);
  CHECK(floats == 6);
}

TEST_CASE("views are seen in the type that their values have") {
  const std::string parts =
      "graph \"t\"\ninput x f32 1x8x2x4x4\ninput z f32 1x12x2x4x4\na f32 1x8x2x4x4 = Relu(x)\n"
      "b f32 1x12x2x4x4 = Relu(z)\nc f32 1x20x2x4x4 = Concat(a, b) axis=1\n";
  const HalvesRun whole(parts + "y f32 1x20x2x4x4 = Relu(c)\noutput y\n");
  CHECK(whole.steps == "Reorder:f32:f16 Relu Reorder:f32:f16 Relu Relu Reorder:f16:f32");
  const HalvesRun slice(parts +
                        "s f32 1x12x2x4x4 = Slice(c) axes=[1] starts=[8] ends=[20] steps=[1]\n"
                        "y f32 1x12x2x4x4 = Relu(s)\noutput y\n");
  CHECK(slice.steps == "Reorder:f32:f16 Relu Reorder:f32:f16 Relu Relu Reorder:f16:f32");
  const HalvesRun flat(parts + "r f32 1x640 = Reshape(c) shape=1x640\ny f32 1x640 = Neg(r)\noutput y\n");
  CHECK(flat.steps == "Reorder:f32:f16 Relu Reorder:f32:f16 Relu Reorder:f16:f32 Neg");
}

TEST_CASE("planar tensors of halves and of floats are two layouts, though everything else agrees") {
  const std::string text =
      "graph \"t\"\ninput x f32 1x6x2x4x4\ninput z f32 1x6x2x4x4\na f32 1x6x2x4x4 = Abs(x)\n"
      "b f32 1x6x2x4x4 = Floor(a)\n";
  const HalvesRun chain(text + "y f32 1x6x2x4x4 = Neg(b)\noutput y\noutput b\n");
  CHECK(chain.steps == "Abs Reorder:f32:f16 Floor Reorder:f16:f32 Neg");
  // Of a concatenation's parts those lie in place that are of its type.
  const HalvesRun concat(text +
                         "c f32 1x6x2x4x4 = Abs(z)\nd f32 1x12x2x4x4 = Concat(b, c) axis=1\n"
                         "y f32 1x12x2x4x4 = Neg(d)\noutput y\n");
  CHECK(concat.steps == "Abs Reorder:f32:f16 Floor Abs Reorder:f16:f32 Neg");
  const HalvesRun slice(text +
                        "s f32 1x2x2x4x4 = Slice(b) axes=[1] starts=[3] ends=[5] steps=[1]\n"
                        "f f32 1x2x2x4x4 = Floor(s)\nr f32 1x64 = Reshape(f) shape=1x64\n"
                        "y f32 1x64 = Neg(r)\noutput y\n");
  CHECK(slice.steps == "Abs Reorder:f32:f16 Floor Floor Reorder:f16:f32 Neg");
}

TEST_CASE("where nothing converts a type, the plan says so") {
  static const DeviceRow no_copies{"nothing", "", half_families, kernels::copy::families, nullptr};
  const graph::Graph graph =
      graph::parse_graph("graph \"t\"\ninput x f32 1x8x2x4x4\ny f32 1x8x2x4x4 = Relu(x)\noutput y\n");
  ThreadPool pool(1);
  const Devices devices({&no_copies}, {this_device(), 1}, pool);
  TuningOptions tuning;
  tuning.mode = tuner::Mode::off;
  tuner::TuningDb db({});
  CHECK_THROWS_WITH_AS(make_program(graph, {devices, tuning, db}),
                       "no kernel of the device 'nothing' computes Reorder 1x8x2x4x4 -> 1x8x2x4x4:f16 "
                       "from=1x0x0 to=8x1x1",
                       Error);
}

TEST_CASE("candidates of other types are measured, and found wrong where they are") {
  const Problem problem = kernels::parse_problem("Relu 2x12x2x4x5 -> 2x12x2x4x5");
  ThreadPool pool(1);
  const Devices devices({&kHalves}, {this_device(), 1}, pool);
  const tuner::Oracle oracle = kernels::ref::sample;
  const tuner::TuneRequest request{
      problem, {}, devices.host(), tuner::Mode::full, std::chrono::steady_clock::time_point::max(), oracle};
  tuner::BenchData data(problem, oracle, devices.host());
  double ns = 0;
  for (const KernelFamily* family : {&kHalfRelu, &kForgetful}) {
    tuner::Trial trial(request, data, {.family = family, .schedule = {}});
    trial.prepare();
    trial.begin_check();
    const std::string wrong = trial.check(ns);
    CHECK(wrong.empty() == (family == &kHalfRelu));
  }
  // A float family by turns with one of halves: each finds its inputs as it wants them.
  tuner::Trial floats(request, data, {.family = &kernels::ref::family(), .schedule = {}});
  tuner::Trial halves(request, data, {.family = &kHalfRelu, .schedule = {}});
  floats.prepare();
  halves.prepare();
  for (int turn = 0; turn < 2; ++turn) {
    floats.begin_check();
    CHECK(floats.check(ns).empty());
    halves.begin_check();
    CHECK(halves.check(ns).empty());
  }
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
