// Plans a model for a phone's GPU that is not there, and writes what that GPU would compile: manifest.json and .cl sources for report.py
// (docs/gpu-model.md):
//   rt3d-gpu-kernels MODEL --device GPU [--accuracy default|half] -o FOLDER
// The plan is what a session would start with: no tuning, no database, estimates from the device's rates. Steps that no OpenCL family
// computes are named on standard error; copies between layouts are left out.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "graph/model.h"
#include "kernels/cl/cl.h"
#include "kernels/cl/conv_parts.h"
#include "kernels/cl/family.h"
#include "kernels/cl/program.h"
#include "kernels/cl/quirks.h"
#include "kernels/conv_shape.h"
#include "kernels/forwarding_family.h"
#include "kernels/reorder_problem.h"
#include "kernels/sparsity.h"
#include "runtime/devices/cpu_engine.h"
#include "runtime/devices/devices.h"
#include "runtime/planning/node_problem.h"
#include "runtime/planning/planner.h"
#include "runtime/running/onnx_compute.h"

namespace {

using namespace rt3d;
using kernels::KernelFamily;
using kernels::Problem;
using kernels::Target;
using kernels::cl::ClFamily;
using kernels::cl::Recipe;
using runtime::Plan;
using runtime::Step;

// Rates of float arithmetic and of memory, from bench/gpu/model.py's GPUS and CONSTANTS, where their sources stand: cores x lanes (256 of an
// Adreno; Mali's multiply-adds a clock) x clock, the memory's bandwidth, and the optimistic cost of a launch.
struct Phone {
  std::string_view key, name;
  Maker maker;
  int model, compute_units;
  double multiply_adds_per_ns, bytes_per_ns;
};
constexpr std::array kPhones{Phone{"adreno-650", "Adreno 650", Maker::adreno, 650, 3, 3 * 256 * 0.587, 30.8},
                             Phone{"adreno-740", "Adreno 740", Maker::adreno, 740, 6, 6 * 256 * 0.680, 47},
                             Phone{"mali-g57", "Mali-G57", Maker::mali, 57, 2, 2 * 32 * 0.950, 14.2},
                             Phone{"mali-g76", "Mali-G76", Maker::mali, 76, 12, 12 * 24 * 0.600, 22},
                             Phone{"mali-g610", "Mali-G610", Maker::mali, 610, 6, 6 * 64 * 0.860, 36}};
constexpr double kLaunchNs = 10e3;

Accelerator described(const Phone& phone) {
  Accelerator a;
  a.platform = "described";
  a.name = phone.name;
  a.extensions = "cl_khr_fp16";
  a.maker = phone.maker;
  a.model = phone.model;
  a.compute_units = phone.compute_units;
  a.most_work_items = 1024;
  a.memory_bytes = std::int64_t{4} << 30;
  a.most_bytes = std::int64_t{1} << 30;
  a.local_bytes = 32 << 10;
  a.image_buffer_texels = std::int64_t{1} << 27;
  a.halves = true;
  a.shares_memory = true;
  a.multiply_adds_per_ns = phone.multiply_adds_per_ns;
  a.bytes_per_ns = phone.bytes_per_ns;
  a.launch_ns = kLaunchNs;
  kernels::cl::apply_quirks(a);
  return a;
}

// Compiled for that device: its recipe. It never runs.
class Described final : public kernels::Kernel {
 public:
  explicit Described(Recipe recipe) : recipe(std::move(recipe)) {}
  void prepare(std::span<const Tensor* const>, ThreadPool&) override {}
  void run(const kernels::RunArgs&) const override {}
  Recipe recipe;
};

// A family of the device; only what it compiles to is another.
class Describing final : public kernels::ForwardingFamily {
 public:
  explicit Describing(const KernelFamily& real)
      : ForwardingFamily(real), recipes_(dynamic_cast<const ClFamily*>(&real)) {}

  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& r) const override {
    return std::make_unique<Described>(recipes_ == nullptr ? Recipe() : recipes_->recipe(r));
  }

 private:
  const ClFamily* recipes_;  // nullptr of copies
};

std::span<const KernelFamily* const> describing(std::span<const KernelFamily* const> real) {
  auto* all = new std::vector<const KernelFamily*>;  // as long as the program runs
  for (const KernelFamily* family : real) all->push_back(new Describing(*family));
  return *all;
}

// Only its target matters.
class DescribedEngine final : public kernels::Engine {
 public:
  DescribedEngine(const Target& cpu, const Phone& phone, ThreadPool& pool) : target_(cpu), pool_(pool) {
    target_.threads = 1;
    target_.device.name = phone.name;
    target_.device.isa = Isa::none;
    target_.device.accelerator = std::make_shared<const Accelerator>(described(phone));
  }
  const Target& target() const override { return target_; }
  kernels::Space space() const override { return kernels::Space::device; }
  ThreadPool& pool() override { return pool_; }
  std::unique_ptr<kernels::Memory> allocate(std::size_t) override {
    fail(Code::internal, "a described device has no memory");
  }
  void run(const kernels::Kernel&, const kernels::RunArgs&, int) override {}
  void zero_halo(const TensorDesc&, kernels::Place, const kernels::Placement&, int) override {}
  void finish() override {}

 private:
  Target target_;
  ThreadPool& pool_;
};

const Phone* phone_asked_for = nullptr;

constexpr runtime::DeviceRow kRow{
    "described",
    "",
    [] {
      static const auto all = describing(kernels::cl::families());
      return all;
    },
    [] {
      static const auto all = describing(kernels::cl::copies());
      return all;
    },
    nullptr,
    [](int, const Target& cpu, ThreadPool& pool) -> std::unique_ptr<kernels::Engine> {
      return std::make_unique<DescribedEngine>(cpu, *phone_asked_for, pool);
    },
    "cpu"};

using kernels::cl::Bytes;
std::vector<Bytes> packed(const Recipe& recipe, const runtime::Constants& constants, ThreadPool& pool) {
  if (!recipe.pack) return {};
  std::vector<const Tensor*> given;
  for (const Tensor& tensor : constants)
    given.push_back(tensor.desc().shape.elements() > 0 ? &tensor : nullptr);
  return recipe.pack(given, pool);
}

// What one choice multiplies: useful products, and those that its work-items carry out with all that fills up tiles and lists.
struct Products {
  double useful = 0, executed = 0;
};

Products products(const runtime::Choice& choice, double weights) {
  const Problem& p = choice.problem;
  if (p.op == "Conv") {
    const kernels::ConvShape s = kernels::conv_shape(p);
    const std::int64_t rows = choice.schedule.get("rows", 1);
    const double pixels = static_cast<double>(s.n * s.od * kernels::ceil_div(s.oh, rows) * rows * s.ow);
    const auto sparsity = kernels::sparsity_of(p);
    const double kept = choice.family->traits().leaves_zeros && sparsity ? sparsity->kept() : 1;
    return {static_cast<double>(kernels::useful_multiply_accumulates(p)) * kept,
            pixels * weights * kernels::cl::planes_met(s, choice.schedule.get("planes", 1))};
  }
  if (p.op == "Gemm") {
    const auto useful = static_cast<double>(kernels::useful_multiply_accumulates(p));
    return {useful, weights * static_cast<double>(p.outputs[0].shape.elements() / p.input_shape(1)[0])};
  }
  return {};
}

double bytes_of(const TensorDesc& desc, const kernels::Port& port) {
  return static_cast<double>(desc.shape.elements()) * static_cast<double>(dtype_bytes(port.dtype));
}

struct Writer {
  std::filesystem::path folder;
  std::map<std::string, std::string> files;  // by text

  std::string source(std::string_view name, const std::string& text) {
    const auto known = files.find(text);
    if (known != files.end()) return known->second;
    const std::string file(name);
    files.emplace(text, file);
    write(file, text);
    return file;
  }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream out(folder / file, std::ios::binary);
    out << text;
    if (!out.flush()) fail(Code::io, "cannot write ", (folder / file).string());
  }
};

nlohmann::json launches_of(const Step& step, int uses, const runtime::Choice& choice, const Recipe& recipe,
                           const std::vector<Bytes>& constants, Writer& writer) {
  const Target& target = choice.engine->target();
  const kernels::Ports ports = choice.family->ports(choice.problem, target);
  double weights = 0, activations = 0, writes = 0;
  for (const Bytes& bytes : constants) weights += static_cast<double>(bytes.size());
  for (std::size_t i = 0; i < choice.problem.inputs.size(); ++i)
    if (choice.problem.has_input(i) && !choice.problem.inputs[i].constant)
      activations += bytes_of(choice.problem.inputs[i].desc, ports.inputs[i]);
  for (std::size_t i = 0; i < choice.problem.outputs.size(); ++i)
    writes += bytes_of(choice.problem.outputs[i], ports.outputs[i]);
  const std::size_t width = choice.family->traits().half_weights ? 2 : 4;
  const Products multiplied =
      products(choice, constants.empty() ? 0 : static_cast<double>(constants[0].size() / width));
  nlohmann::json all = nlohmann::json::array();
  for (const kernels::cl::Launch& launch : recipe.launches) {
    nlohmann::json row = {
        {"step", step.name},
        {"problem", choice.text},
        {"family", choice.family->id()},
        {"schedule", choice.schedule.text()},
        {"source", writer.source(launch.code.source.file, launch.code.whole_text())},
        {"options", kernels::cl::build_options(launch.code, *target.device.accelerator)},
        {"kernel", launch.code.kernel},
        {"global", launch.range.global},
        {"items", launch.range.items},
        {"count", uses},
        {"multiply_adds", multiplied.useful},
        {"units_executed", multiplied.executed},
        {"reads", {{"weights", weights}, {"activations", activations}}},
        {"writes", writes},
    };
    if (launch.range.local[0] > 0) row["local"] = launch.range.local;
    if (choice.problem.op == "Conv")
      row["tile"] = {{"pixels", choice.schedule.get("rows", 1)},
                     {"outputs", choice.schedule.get("blocks", 1) * kernels::cl::kBlock},
                     {"weight_bytes", width}};
    all.push_back(std::move(row));
  }
  return all;
}

struct Request {
  std::string_view model, device, accuracy = "half", folder;
};

void run(const Request& request) {
  const graph::Evaluator evaluate = runtime::reference_evaluator();
  graph::Graph graph = graph::load_onnx(std::string(request.model));
  graph::specialize(graph, {}, evaluate);
  graph::optimize(graph, evaluate);
  Target target{this_device(), 1,
                request.accuracy == "half" ? kernels::Accuracy::half : kernels::Accuracy::standard};
  runtime::TuningOptions tuning;
  tuning.mode = tuner::Mode::off;
  ThreadPool pool(1);
  const runtime::Devices devices({&kRow}, target, pool);
  tuner::TuningDb db("");
  const runtime::Program program = runtime::make_program(graph, {devices, tuning, db});
  const Plan& plan = program.plan;

  std::map<int, int> uses;
  for (const Step& step : plan.steps) ++uses[step.kernel];
  Writer writer{std::string(request.folder), {}};
  std::filesystem::create_directories(writer.folder);
  nlohmann::json launches = nlohmann::json::array();
  bool halves = false;
  for (const Step& step : plan.steps) {
    const auto kernel = static_cast<std::size_t>(step.kernel);
    const int count = std::exchange(uses[step.kernel], 0);
    if (count == 0) continue;
    const runtime::Choice& choice = plan.choice_of(step);
    const auto* described = dynamic_cast<const Described*>(program.kernels[kernel].get());
    if (described == nullptr) {
      if (choice.problem.op != kernels::kReorder)
        std::fprintf(stderr, "rt3d-gpu-kernels: %s runs on the CPU: %s\n", step.name.c_str(),
                     choice.text.c_str());
      continue;
    }
    const auto constants = packed(described->recipe, program.constants[kernel], pool);
    for (auto& row : launches_of(step, count, choice, described->recipe, constants, writer)) {
      halves = halves || row["options"].get<std::string>().find("HALF_SUMS") != std::string::npos;
      launches.push_back(std::move(row));
    }
  }
  const nlohmann::json manifest = {{"model", std::filesystem::path(request.model).stem().string()},
                                   {"mode", halves ? "half" : "float"},
                                   {"device", request.device},
                                   {"launches", std::move(launches)}};
  writer.write("manifest.json", manifest.dump(1) + "\n");
}

int usage() {
  std::string known;
  for (const Phone& phone : kPhones) known += cat(known.empty() ? "" : "|", phone.key);
  std::fprintf(stderr, "usage: rt3d-gpu-kernels MODEL --device %s [--accuracy default|half] -o FOLDER\n",
               known.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    std::string_view* value = word == "--device"     ? &request.device
                              : word == "--accuracy" ? &request.accuracy
                              : word == "-o"         ? &request.folder
                                                     : nullptr;
    if (value != nullptr && ++i == argc) return usage();
    (value == nullptr ? request.model : *value) = argv[i];
  }
  for (const Phone& phone : kPhones)
    if (phone.key == request.device) phone_asked_for = &phone;
  if (request.model.empty() || request.folder.empty() || phone_asked_for == nullptr ||
      (request.accuracy != "half" && request.accuracy != "default"))
    return usage();
  try {
    run(request);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rt3d-gpu-kernels: %s\n", error.what());
    return 1;
  }
}
