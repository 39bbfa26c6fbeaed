#include "kernels/cl/family.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "kernels/cl/engine.h"

namespace rt3d::kernels::cl {
namespace {

// Of a device that was not measured: small ones, so that nothing is thought to be fast that is not.
constexpr double kGuessedMultiplyAdds = 100;  // per nanosecond
constexpr double kGuessedBytes = 15;
constexpr double kGuessedLaunchNs = 20e3;
constexpr double kMostLaunchNs = 10e6;

// Of the shorter of computing and moving data, what the longer does not hide: of two schedules that wait for memory, the one that computes
// less is better.
constexpr double kNotHidden = 0.1;

class RecipeKernel final : public Kernel {
 public:
  RecipeKernel(Recipe recipe, ClEngine& engine) : recipe_(std::move(recipe)), engine_(engine) {
    for (const Launch& launch : recipe_.launches) builds_.push_back(engine.builder().start(launch.code));
  }

  void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) override {
    for (std::size_t i = 0; i < builds_.size(); ++i) {
      kernels_.push_back(engine_.builder().kernel(builds_[i]));
      fit(kernels_[i].get(), recipe_.launches[i].range);
    }
    if (!recipe_.pack) return;
    for (const Bytes& bytes : recipe_.pack(constants, pool)) {
      packed_.push_back(engine_.allocate(std::max<std::size_t>(bytes.size(), 1)));
      packed_.back()->write(0, bytes);
    }
  }
  bool await_code(std::chrono::nanoseconds at_most) const override {
    const auto start = std::chrono::steady_clock::now();
    return std::all_of(builds_.begin(), builds_.end(), [&](const Builder::Ticket& build) {
      return engine_.builder().await(build, at_most - (std::chrono::steady_clock::now() - start));
    });
  }
  std::size_t packed_bytes() const override {
    std::size_t bytes = 0;
    for (const auto& memory : packed_) bytes += memory->bytes();
    return bytes;
  }
  void run(const RunArgs& args) const override {
    for (std::size_t i = 0; i < kernels_.size(); ++i) {
      const Launch& launch = recipe_.launches[i];
      Arguments to(engine_, kernels_[i].get());
      for (const Argument& argument : launch.arguments) pass(argument, args, to);
      engine_.enqueue(kernels_[i].get(), launch.range);
    }
  }

 private:
  // A kernel that needs many registers starts with fewer work-items than the device says: its groups become smaller, unless the code
  // says how large they are.
  void fit(cl_kernel kernel, Range& range) const {
    const auto ask = [&](cl_kernel_work_group_info what, std::size_t bytes, void* to) {
      return engine_.api().GetKernelWorkGroupInfo(kernel, engine_.device().id, what, bytes, to, nullptr) ==
             CL_SUCCESS;
    };
    std::size_t most = 0;
    std::array<std::size_t, 3> fixed{};
    if (!ask(CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most) || most == 0 ||
        !ask(CL_KERNEL_COMPILE_WORK_GROUP_SIZE, sizeof fixed, fixed.data()) || fixed[0] != 0)
      return;
    while (range.local[0] * range.local[1] * range.local[2] > most) {
      std::size_t& largest = *std::max_element(range.local.begin(), range.local.end());
      if (largest % 2 != 0) {
        range.local = {};  // the driver's choice
        return;
      }
      largest /= 2;
    }
  }
  void pass(const Argument& argument, const RunArgs& args, Arguments& to) const {
    const auto at = static_cast<std::size_t>(argument.index);
    switch (argument.kind) {
      case Argument::Kind::input:
        to.place(args.inputs[at], dtype_bytes(type(recipe_.input_types, at)), argument.texel);
        return;
      case Argument::Kind::output:
        to.place(args.outputs[at], dtype_bytes(type(recipe_.output_types, at)));
        return;
      case Argument::Kind::packed: to.memory(buffer_of({*packed_[at], 0}), argument.texel); return;
    }
  }
  static DType type(const std::vector<DType>& types, std::size_t at) {
    return at < types.size() ? types[at] : DType::f32;
  }

  Recipe recipe_;
  ClEngine& engine_;
  std::vector<Builder::Ticket> builds_;  // going on while other kernels are begun
  std::vector<Handle<cl_kernel>> kernels_;
  std::vector<std::unique_ptr<Memory>> packed_;
};

}  // namespace

std::vector<Schedule> ClFamily::space(const Problem& problem, const Target& target) const {
  std::vector<Schedule> all = tunables(problem, target).all();
  sort_by_estimate(all, [&](const Schedule& schedule) { return estimate_ns(problem, schedule, target); });
  return all;
}

std::unique_ptr<Kernel> ClFamily::compile(const KernelRequest& request) const {
  auto* engine = dynamic_cast<ClEngine*>(request.engine);
  if (engine == nullptr) fail(Code::internal, id_, " is compiled for an engine that is none of OpenCL's");
  return std::make_unique<RecipeKernel>(recipe(request), *engine);
}

Recipe ClFamily::new_recipe(const Problem& problem) const {
  Recipe recipe;
  recipe.input_types.assign(problem.inputs.size(), stored_);
  recipe.output_types.assign(problem.outputs.size(), stored_);
  return recipe;
}

double time_ns(const Cost& cost, const Accelerator& device) {
  const auto known = [](double measured, double guess) { return measured > 0 ? measured : guess; };
  const double computing = cost.multiply_adds / known(device.multiply_adds_per_ns, kGuessedMultiplyAdds);
  const double moving = cost.bytes / known(device.bytes_per_ns, kGuessedBytes);
  return std::max(computing, moving) + kNotHidden * std::min(computing, moving) +
         cost.launches * known(device.launch_ns, kGuessedLaunchNs);
}

std::size_t parts_for(double ns) {
  return static_cast<std::size_t>(std::clamp(std::ceil(ns / kMostLaunchNs), 1.0, 64.0));
}

std::array<std::int64_t, 3> pixel_group(const Accelerator& device) {
  constexpr std::int64_t kPixels = 64;
  return {std::min(kPixels, device.most_work_items), 1, 1};
}

float flushed(float value) {
  return std::fabs(value) < std::numeric_limits<float>::min() ? std::copysign(0.0F, value) : value;
}

Bytes packed_values(std::span<const float> values, std::size_t multiple, DType dtype) {
  const std::size_t count = (values.size() + multiple - 1) / multiple * multiple;
  Bytes bytes(count * dtype_bytes(dtype));
  if (dtype == DType::f16) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint16_t half = float_to_half(values[i]);
      std::memcpy(bytes.data() + i * sizeof half, &half, sizeof half);
    }
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float value = flushed(values[i]);
      std::memcpy(bytes.data() + i * sizeof value, &value, sizeof value);
    }
  }
  return bytes;
}

Bytes packed_list(std::span<const std::int32_t> numbers) {
  Bytes bytes(numbers.size_bytes());
  if (!bytes.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

}  // namespace rt3d::kernels::cl
