// Whole models on an OpenCL device, and on it and the CPU by turns.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "cl/opencl_here.h"
#include "graph/model.h"
#include "jit/jit.h"
#include "kernels/cl/cl.h"
#include "kernels/copy/copy.h"
#include "kernels/forwarding_family.h"
#include "kernels/ref/ref.h"
#include "runtime/fixture_models.h"
#include "runtime/mixed_plan.h"
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
class Part final : public kernels::ForwardingFamily {
 public:
  Part(const KernelFamily& family, bool device) : ForwardingFamily(family), device_(device) {}
  bool supports(const Problem& p, const Target& t) const override {
    return on_device.contains(p.text()) == device_ && of().supports(p, t);
  }

 private:
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

tests::MixedRun on_both(const graph::Graph& graph, const std::vector<Tensor>& inputs) {
  return tests::run_plan(graph, {&kDevicePart, &kCpuPart}, inputs, kernels::Accuracy::exact);
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
    const graph::Graph model = graph::load_onnx(folder / "model.onnx");
    options.accuracy = kernels::Accuracy::exact;
    const double exact = tests::worst_error(folder, model, options);
    options.accuracy = kernels::Accuracy::standard;
    const double standard = tests::worst_error(folder, model, options, &steps);
    CHECK(exact < 1e-4);
    CHECK(standard < 1e-3);
    std::set<std::string> elsewhere;
    int here = 0;
    for (const StepReport& step : steps)
      if (step.family.ends_with(".cl"))
        ++here;
      else
        elsewhere.insert(step.problem);
    std::string text;
    for (const std::string& problem : elsewhere) text += "\n  " + problem;
    MESSAGE(name, ": ", here, " of ", steps.size(), " steps on the device, error ", exact,
            " of the largest value when exact, ", standard, " by default",
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
    const tests::MixedRun cpu = on_both(graph, inputs);
    CHECK(cpu.device_steps.empty());
    ++part;
    for (const bool first : {true, false}) {
      if (first != (part % 2 == 0) && !tests::all_of_opencl()) continue;
      on_device = every_second(cpu.host_steps, target, first);
      if (on_device.empty()) continue;
      const tests::MixedRun mixed = on_both(graph, inputs);
      CHECK(std::set(mixed.device_steps.begin(), mixed.device_steps.end()) == on_device);
      CHECK_FALSE(mixed.host_steps.empty());
      CHECK(mixed.crossings > 0);
      ++plans;
      REQUIRE(mixed.outputs.size() == cpu.outputs.size());
      for (std::size_t i = 0; i < cpu.outputs.size(); ++i)
        CHECK(tests::difference(mixed.outputs[i], cpu.outputs[i]) < 1e-4);
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
