// Whole models on an OpenCL device, and on it and the CPU by turns.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <set>
#include <string>

#include "cl/opencl_here.h"
#include "graph/model.h"
#include "jit/jit.h"
#include "kernels/cl/cl.h"
#include "kernels/copy/copy.h"
#include "kernels/ref/ref.h"
#include "kernels/reorder_problem.h"
#include "runtime/fixture_models.h"
#include "runtime/planning/planner.h"
#include "runtime/running/executor.h"
#include "runtime/session.h"
#include "test_data.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::runtime {
namespace {

namespace fs = std::filesystem;
using kernels::KernelFamily;
using kernels::Problem;
using kernels::Target;
using Span = std::span<const KernelFamily* const>;

// Compiling takes nearly all of the time: ordinary runs leave out the networks whose layers others have too, and TorchScript's exports.
std::vector<fs::path> models() {
  std::vector<fs::path> folders = tests::fixture_models();
  if (tests::all_of_opencl()) return folders;
  const std::set<std::string> left_out{"mobilenet_v2", "r3d_18", "s3d", "slowfast"};
  std::erase_if(folders, [&](const fs::path& f) {
    const std::string name = f.filename().string();
    return name.ends_with("_torchscript") || left_out.contains(name);
  });
  return folders;
}

// ---- Plans in which the test says which problems the device computes

std::set<std::string> on_device;

// A family that takes those problems, or all others.
class Part final : public KernelFamily {
 public:
  Part(const KernelFamily& family, bool device) : family_(family), device_(device) {}
  std::string_view id() const override { return family_.id(); }
  int version() const override { return family_.version(); }
  kernels::Traits traits() const override { return family_.traits(); }
  bool supports(const Problem& p, const Target& t) const override {
    return on_device.contains(p.text()) == device_ && family_.supports(p, t);
  }
  kernels::Ports ports(const Problem& p, const Target& t) const override { return family_.ports(p, t); }
  kernels::Tunables tunables(const Problem& p, const Target& t) const override {
    return family_.tunables(p, t);
  }
  std::vector<kernels::Schedule> space(const Problem& p, const Target& t) const override {
    return family_.space(p, t);
  }
  double estimate_ns(const Problem& p, const kernels::Schedule& s, const Target& t) const override {
    return family_.estimate_ns(p, s, t);
  }
  std::int64_t packed_bytes(const Problem& p, const kernels::Schedule& s, const Target& t) const override {
    return family_.packed_bytes(p, s, t);
  }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& r) const override {
    return family_.compile(r);
  }

 private:
  const KernelFamily& family_;
  bool device_;
};

struct Parts {
  Parts(Span families, bool device) {
    for (const KernelFamily* family : families) parts.push_back(std::make_unique<Part>(*family, device));
    for (const auto& part : parts) all.push_back(part.get());
  }
  std::vector<std::unique_ptr<Part>> parts;
  std::vector<const KernelFamily*> all;
};

Span on_the_device() {
  static const Parts parts(kernels::cl::families(), true);
  return parts.all;
}
Span on_the_cpu() {
  static const Parts parts(jit::families(), false);
  return parts.all;
}
const DeviceRow kDevicePart{
    "device", "", on_the_device, kernels::cl::copies, nullptr, kernels::cl::make_engine};
const DeviceRow kCpuPart{"host", "", on_the_cpu, kernels::copy::families, kernels::ref::family};

struct Ran {
  std::vector<std::vector<float>> outputs;
  std::vector<std::string> device_problems, host_problems;  // in the order of the steps, without copies
  int crossings = 0;
};

Ran run(const graph::Graph& graph, const std::vector<NamedDevice>& rows, const std::vector<Tensor>& inputs) {
  const Target target{this_device(), 2, kernels::Accuracy::exact};
  ThreadPool pool(target.threads);
  const Devices devices(rows, target, pool);
  TuningOptions tuning;
  tuning.mode = tuner::Mode::off;
  tuner::TuningDb db({});
  Program program = make_program(graph, {devices, tuning, db});
  Executor executor(program, devices);
  Ran ran;
  for (const Step& step : program.plan.steps) {
    const Choice& choice = program.plan.choice_of(step);
    const bool device = choice.engine->space() == kernels::Space::device;
    if (choice.problem.op == kernels::kReorder)
      ran.crossings += device ? 1 : 0;
    else if (device)
      ran.device_problems.push_back(choice.text);
    else
      ran.host_problems.push_back(choice.text);
  }
  for (int again = 0; again < 2; ++again) {  // the second time in memory that was used
    ran.outputs.clear();
    for (std::size_t i = 0; i < inputs.size(); ++i)
      std::memcpy(executor.address(program.plan.inputs[i]), inputs[i].bytes().data(),
                  inputs[i].bytes().size());
    executor.run();
    for (const PlanOutput& output : program.plan.outputs) {
      if (output.location.storage == kNoStorage) continue;
      REQUIRE(output.location.desc.dtype == DType::f32);
      const auto* at = reinterpret_cast<const float*>(executor.address(output.location));
      ran.outputs.emplace_back(at, at + output.location.desc.shape.elements());
    }
  }
  return ran;
}

// The largest, relative to the largest value; infinite where NaNs are.
double difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0, scale = 1e-30;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    worst = std::max(worst, std::isnan(d) ? std::numeric_limits<double>::infinity() : d);
    scale = std::max(scale, std::fabs(static_cast<double>(b[i])));
  }
  return worst / scale;
}

bool is_computed_there(const Problem& problem, const Target& target) {
  return std::ranges::any_of(kernels::cl::families(),
                             [&](const KernelFamily* family) { return family->supports(problem, target); });
}

// Every second distinct problem that the device computes, from the first or from the second.
std::set<std::string> every_second(const std::vector<std::string>& problems, const Target& target,
                                   bool first) {
  std::set<std::string> seen, taken;
  for (const std::string& problem : problems)
    if (is_computed_there(kernels::parse_problem(problem), target) && seen.insert(problem).second &&
        (seen.size() % 2 == 1) == first)
      taken.insert(problem);
  return taken;
}

// In ordinary runs: small ones, and one with branches and sums.
bool is_small(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with("op_") || name == "c3d" || name == "mobilenet_v2" || name == "slowfast";
}

}  // namespace

TEST_CASE("PyTorch's exports give PyTorch's outputs on an OpenCL device [slow: asan tsan aarch64]") {
  RT3D_NEEDS_OPENCL();
  for (const fs::path& folder : models()) {
    const std::string name = folder.filename().string();
    CAPTURE(name);
    SessionOptions options;
    options.device = "opencl";
    options.threads = 2;
    std::vector<StepReport> steps;
    CHECK(tests::worst_error(folder, graph::load_onnx(folder / "model.onnx"), options, &steps) < 1e-4);
    std::set<std::string> elsewhere;
    int here = 0;
    for (const StepReport& step : steps)
      if (step.family.ends_with(".cl"))
        ++here;
      else
        elsewhere.insert(step.problem);
    std::string text;
    for (const std::string& problem : elsewhere) text += "\n  " + problem;
    MESSAGE(name, ": ", here, " of ", steps.size(), " steps on the device",
            std::string(text.empty() ? "" : "; on the CPU:"), text);
    CHECK(here > 0);
    if (name.starts_with("c3d") || name.starts_with("r2plus1d_18") || name.starts_with("s3d"))
      CHECK(elsewhere.empty());
  }
}

TEST_CASE("a model's layers may alternate between an OpenCL device and the CPU [slow: asan tsan aarch64]") {
  RT3D_NEEDS_OPENCL();
  ThreadPool pool(1);
  const Target target = tests::opencl_engine(pool)->target();
  int plans = 0;
  std::size_t part = 0;
  for (const fs::path& folder : models()) {
    if (!is_small(folder) && !tests::all_of_opencl()) continue;
    CAPTURE(folder.filename().string());
    const graph::Graph graph = tests::optimized_model(folder);
    const std::vector<Tensor> inputs = tests::uniform_inputs(graph);
    on_device.clear();
    const Ran cpu = run(graph, {&kDevicePart, &kCpuPart}, inputs);
    CHECK(cpu.device_problems.empty());
    ++part;
    for (const bool first : {true, false}) {
      if (first != (part % 2 == 0) && !tests::all_of_opencl()) continue;
      on_device = every_second(cpu.host_problems, target, first);
      if (on_device.empty()) continue;
      const Ran mixed = run(graph, {&kDevicePart, &kCpuPart}, inputs);
      CHECK(std::set(mixed.device_problems.begin(), mixed.device_problems.end()) == on_device);
      CHECK_FALSE(mixed.host_problems.empty());
      CHECK(mixed.crossings > 0);
      ++plans;
      REQUIRE(mixed.outputs.size() == cpu.outputs.size());
      for (std::size_t i = 0; i < cpu.outputs.size(); ++i)
        CHECK(difference(mixed.outputs[i], cpu.outputs[i]) < 1e-4);
    }
  }
  CHECK(plans > 5);
}

TEST_CASE("RT3D_FORCE takes one OpenCL family, and the rest competes") {
  RT3D_NEEDS_OPENCL();
  const WithEnv force("RT3D_FORCE", "conv.direct.cl");
  const fs::path folder = tests::test_data("fixtures") / std::string("op_convolutions");
  SessionOptions options;
  options.device = "opencl,cpu";
  options.threads = 2;
  std::vector<StepReport> steps;
  CHECK(tests::worst_error(folder, graph::load_onnx(folder / "model.onnx"), options, &steps) < 1e-4);
  int forced = 0;
  for (const StepReport& step : steps) {
    forced += step.family == "conv.direct.cl" ? 1 : 0;
    if (step.problem.starts_with("Conv ")) CHECK(step.family.starts_with("conv.d"));
  }
  CHECK(forced > 0);
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
