// Plans of two engines: whatever part of a model an engine with memory of its own computes (host_copy_engine.h), nobody reads what is
// not there yet, or memory that is not the host's: results are bit by bit those of the same plan where all is done at once in open memory.
// They are the CPU's, too, but for rounding: copies change layouts, and with them how many pixels a tile has and so in which order it sums.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "jit/jit.h"
#include "kernels/copy/copy.h"
#include "runtime/fixture_models.h"
#include "runtime/host_copy_engine.h"
#include "runtime/mixed_plan.h"
#include "runtime/planned_family.h"
#include "runtime/planning/planner.h"
#include "runtime/running/executor.h"
#include "sanitizers.h"
#include "skip.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

namespace fs = std::filesystem;
using kernels::KernelFamily;
using kernels::Problem;
using kernels::Target;

std::string on_device;  // the problem that the device offers to compute; "": all of them

// Copies carry floats of two to five dimensions.
bool wanted(const Problem& problem) {
  const auto carried = [](const TensorDesc& desc) {
    return desc.dtype == DType::f32 && desc.shape.rank() >= 2 && desc.shape.rank() <= 5;
  };
  for (const kernels::Operand& input : problem.inputs)
    if (!input.absent && !input.constant && !carried(input.desc)) return false;
  return std::all_of(problem.outputs.begin(), problem.outputs.end(), carried) &&
         (on_device.empty() || problem.text() == on_device);
}

using Span = std::span<const KernelFamily* const>;

Span on_device_families() {
  static const tests::OnDevice planned(tests::planned_family(), wanted);
  static const KernelFamily* const all[] = {&planned};
  return all;
}
Span device_copies() {
  static const KernelFamily* const all[] = {&tests::host_copy_family()};
  return all;
}

template <tests::HostCopyEngine::Kind kind>
std::unique_ptr<kernels::Engine> make_engine(int, const Target& cpu, ThreadPool&) {
  return std::make_unique<tests::HostCopyEngine>(cpu, kind);
}
using Kind = tests::HostCopyEngine::Kind;
DeviceRow device(std::unique_ptr<kernels::Engine> (*engine)(int, const Target&, ThreadPool&)) {
  return {"hostcopy", "", on_device_families, device_copies, nullptr, engine};
}
const DeviceRow kDevice = device(make_engine<Kind::apart_and_late>);
const DeviceRow kOpenDevice = device(make_engine<Kind::open_and_prompt>);

// Of networks a part where code runs slowly.
bool left_out(const fs::path& folder) {
#if defined(RT3D_ADDRESS_SANITIZER) || defined(RT3D_THREAD_SANITIZER)
  return !folder.filename().string().starts_with("op_");
#else
  return folder.filename().string().empty();
#endif
}

}  // namespace

TEST_CASE(
    "whatever a device with memory of its own computes of a model, nobody reads too early or elsewhere "
    "[slow: aarch64]") {
  int models = 0, plans = 0, outputs = 0, equal = 0;
  for (const fs::path& folder : tests::fixture_models()) {
    if (left_out(folder)) continue;
    CAPTURE(folder.filename().string());
    ++models;
    const graph::Graph graph = tests::optimized_model(folder);
    const std::vector<Tensor> inputs = tests::uniform_inputs(graph);
    tests::planned_family().take_from_plan(graph, {this_device(), 2});
    const tests::MixedRun cpu = tests::run_plan(graph, {&tests::planned_device()}, inputs);
    CHECK(cpu.device_steps.empty());
    std::vector<std::string> parts{""};
    for (const auto& [problem, way] : tests::planned_family().taken)
      if (on_device = problem; wanted(kernels::parse_problem(problem))) parts.push_back(problem);
    for (const std::string& part : parts) {
      CAPTURE(part);
      on_device = part;
      const tests::MixedRun mixed = tests::run_plan(graph, {&kDevice, &tests::planned_device()}, inputs);
      ++plans;
      CHECK_FALSE(mixed.device_steps.empty());
      for (const std::string& step : mixed.device_steps)
        if (!part.empty()) CHECK(step == part);
      REQUIRE(mixed.outputs.size() == cpu.outputs.size());
      const tests::MixedRun prompt = tests::run_plan(graph, {&kOpenDevice, &tests::planned_device()}, inputs);
      CHECK(mixed.outputs == prompt.outputs);
      for (std::size_t i = 0; i < cpu.outputs.size(); ++i) {
        CHECK(tests::difference(mixed.outputs[i], cpu.outputs[i]) < 1e-5);
        equal += mixed.outputs[i] == cpu.outputs[i];
        ++outputs;
      }
    }
  }
  MESSAGE(models, " models, ", plans, " plans, ", outputs, " outputs, ", equal, " of them the CPU's bits");
  CHECK(models > 0);
  CHECK(plans > 4 * models);
}

TEST_CASE("start() leaves to wait() what the host must wait for, and computes all of a plan of the CPU") {
  const graph::Graph graph = graph::parse_graph(
      "graph \"net\"\ninput x f32 1x4x2x8x8\nconst w f32 8x4x3x3x3\n"
      "y f32 1x8x2x8x8 = Conv(x, w) dilations=1x1x1 group=1 kernel_shape=3x3x3 pads=1x1x1x1x1x1 "
      "strides=1x1x1\noutput y\n");
  const Target target{this_device(), 2};
  ThreadPool pool(target.threads);
  tests::planned_family().take_from_plan(graph, target);
  on_device.clear();
  TuningOptions tuning;
  tuning.mode = tuner::Mode::off;
  tuner::TuningDb db({});
  const std::vector<Tensor> inputs = tests::uniform_inputs(graph);
  for (const bool apart : {false, true}) {
    CAPTURE(apart);
    const std::vector<NamedDevice> named = apart
                                               ? std::vector<NamedDevice>{&kDevice, &tests::planned_device()}
                                               : std::vector<NamedDevice>{&tests::planned_device()};
    const Devices devices(named, target, pool);
    Program program = make_program(graph, {devices, tuning, db});
    Executor executor(program, devices);
    std::memcpy(executor.address(program.plan.inputs[0]), inputs[0].bytes().data(), inputs[0].bytes().size());
    executor.run();
    const Location& at = program.plan.outputs[0].location;
    const std::size_t bytes = static_cast<std::size_t>(at.desc.shape.elements()) * sizeof(float);
    std::byte* const output = executor.address(at);
    const std::vector<std::byte> wanted(output, output + bytes);
    const std::vector<std::byte> nothing(bytes, std::byte{0xa5});
    std::memcpy(output, nothing.data(), bytes);
    executor.start();
    CHECK((std::memcmp(output, nothing.data(), bytes) == 0) == apart);
    executor.wait();
    CHECK(std::memcmp(output, wanted.data(), bytes) == 0);
    executor.start();  // nobody waits: the end of the executor does
  }
}

TEST_CASE("a device that lacks an operator and has no fallback says whom to list behind it") {
  graph::Graph graph;
  graph::Node node;
  node.op = "Softmax";
  node.attributes.set("axis", std::int64_t{1});
  node.inputs = {graph.add_value("x", {DType::f32, Shape{1, 4}}, true)};
  node.outputs = {graph.add_value("y", {DType::f32, Shape{1, 4}}, true)};
  graph.inputs = node.inputs;
  graph.outputs = node.outputs;
  graph.nodes.push_back(node);
  const DeviceRow none{"none", "", [] { return Span(); }, [] { return Span(); }, nullptr};
  try {
    tests::run_plan(graph, {&none}, {});
    FAIL("nothing computes it, and nobody says so");
  } catch (const Error& error) {
    CHECK(error.code() == Code::unsupported);
    CHECK(std::string(error.what()).find("list 'cpu' behind it for what it cannot: 'none,cpu'") !=
          std::string::npos);
  }
}

TEST_CASE("families are measured on their engine, and remembered for its device") {
  static const KernelFamily* direct = nullptr;
  const Target target{this_device(), 1};
  std::vector<Choice> choices(1);
  choices[0].problem = kernels::parse_problem(
      "Conv 1x16x2x6x6,c16x16x3x3x3 -> 1x16x2x6x6 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1");
  choices[0].text = choices[0].problem.text();
  for (const KernelFamily* family : jit::families())
    if (family->id().starts_with("conv.direct.") && family->supports(choices[0].problem, target))
      direct = family;
  if (!direct) RT3D_SKIP("no code is generated for this CPU");
  const DeviceRow device{"direct",
                         "",
                         []() -> Span {
                           static const tests::OnDevice family(*direct, [](const Problem&) { return true; });
                           static const KernelFamily* const all[] = {&family};
                           return all;
                         },
                         device_copies,
                         nullptr,
                         kDevice.make_engine};
  ThreadPool pool(1);
  const Devices devices({&device, &find_device("cpu")}, target, pool);
  const kernels::Engine& far = *devices.with(kernels::Space::device);
  tuner::TuningDb db({});
  TuningOptions options;
  options.limit_ms = 3'600'000;  // tuning ends sooner
  options.look = [] {
    return tuner::MachineState{0, 8};
  };  // as busy each time: nothing is measured again for that
  choose(choices, devices, options, db);
  const auto rows_of = [&](const kernels::Engine& engine) {
    return db.find(engine.target().device.fingerprint(), 1, choices[0].text);
  };
  CHECK(far.target().device.fingerprint() != devices.host().target().device.fingerprint());
  REQUIRE_FALSE(rows_of(far).empty());
  REQUIRE_FALSE(rows_of(devices.host()).empty());
  for (const tuner::Row& row : rows_of(far)) CHECK(row.family.ends_with(".device"));
  for (const tuner::Row& row : rows_of(devices.host())) CHECK_FALSE(row.family.ends_with(".device"));
  std::vector<Choice> again(1);
  again[0].problem = choices[0].problem;
  again[0].text = choices[0].text;
  choose(again, devices, options, db);
  CHECK(again[0].measurements == 0);
  const auto on = [&](const kernels::Engine& engine) {
    return std::count_if(again[0].alternatives.begin(), again[0].alternatives.end(),
                         [&](const Alternative& a) { return a.engine == &engine; });
  };
  CHECK(on(far) == 1);
  CHECK(on(devices.host()) >= 1);
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
