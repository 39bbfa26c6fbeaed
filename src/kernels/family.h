// KernelFamily: one way to compute some problems on one backend; Kernel: the code for one problem and
// schedule. Families are stateless and thread-safe. Ids "<op>.<method>.<target>" are stable for ever; the
// version is bumped when the meaning of a schedule or of the generated code changes, so that remembered
// schedules of older versions are not reused.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/device.h"
#include "base/tensor.h"
#include "base/thread_pool.h"
#include "base/winograd_tile.h"
#include "kernels/memory.h"
#include "kernels/placement.h"
#include "kernels/problem.h"
#include "kernels/schedule.h"
#include "kernels/tunables.h"

namespace rt3d::kernels {

// What results may differ by, strictest first; each allows what those before it allow. exact: only the order of summation, as in every
// direct method. standard: also fast methods (Winograd) whose error stays below 1e-3 of the output's range. half: also 16-bit
// arithmetic where the CPU has it, below 1e-2 of the range.
enum class Accuracy { exact, standard, half };
std::string_view accuracy_name(Accuracy accuracy);  // for people and options: "exact", "default", "half"

struct Target {
  Device device;
  int threads = 1;
  Accuracy accuracy = Accuracy::standard;
};

// What a family takes and gives for a problem: layouts, and the elements' types in memory where they are not f32. One entry per input
// (constants and absent inputs: ignored) and output.
struct Ports {
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

class Engine;

struct KernelRequest {
  const Problem& problem;
  const Schedule& schedule;
  const Target& target;
  // Satisfy the family's ports: equal block, halo at least as large, and none, nor gaps, where the port is dense().
  std::vector<Placement> inputs;
  std::vector<Placement> outputs;  // the same with any halo, which the kernel leaves alone
  Engine* engine =
      nullptr;  // that will run it; of a family that runs on the host's threads it may be missing
};

// Where every operand lies (a base of nullptr: constant or absent), and scratch of scratch_bytes().
struct RunArgs {
  std::span<const Place> inputs;
  std::span<const Place> outputs;
  Place scratch;
  ThreadPool& pool;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Packs the constants; one entry per problem input, nullptr for what is not constant. Called once, before
  // run().
  virtual void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) = 0;
  // Of engines that compile ahead (engine.h): whether the code is there, or there within that time. prepare() waits for it.
  virtual bool await_code(std::chrono::nanoseconds at_most) const {
    static_cast<void>(at_most);
    return true;
  }
  // Kernels of equal keys, which say all that decides how, pack the same constants alike; "": nobody does as this one does.
  virtual std::string packing_key() const { return {}; }
  // Of a kernel with a key (packing_kernel.h): what prepare() packed, for others to read, and to do with it what prepare() would,
  // without packing.
  virtual std::shared_ptr<const void> packed() const { return {}; }
  virtual void adopt(std::shared_ptr<const void> packed) { static_cast<void>(packed); }
  virtual std::size_t packed_bytes() const { return 0; }   // memory held for packed constants
  virtual std::size_t scratch_bytes() const { return 0; }  // wanted by run(); 64-byte aligned
  // Whether run() leaves in its scratch what is no number when read as floats: pointers, integers, doubles. Such scratch
  // takes no place of floats, whose unused lanes must stay finite.
  virtual bool scratch_apart() const { return false; }
  // Allocates nothing and does not throw. The pool has the target's number of threads.
  virtual void run(const RunArgs& args) const = 0;
};

// What one run of a schedule's code carries out at the least: no time that was measured can be too short for it.
struct Work {
  double multiply_adds = 0;  // of floats; one of halves counts as half of one
  double bytes = 0;          // loaded and stored
};

// How a family computes, where others must know: the choice, messages for people, what tests allow.
struct Traits {
  bool leaves_zeros = false;  // weights of zero are not multiplied, whatever they would meet
  bool half_inputs = false;   // activations pass through 16 bits: above 65504 they are infinite
  bool half_weights = false;
  bool groups_share = false;  // only zeros keep groups apart whose channels lie in one block
  std::optional<WinogradTile> winograd =
      {};  // sums of operands are multiplied, and pixels of such a tile share rounding
};

class KernelFamily {
 public:
  virtual ~KernelFamily() = default;
  virtual std::string_view id() const = 0;
  virtual int version() const = 0;
  virtual Traits traits() const { return {}; }
  virtual bool supports(const Problem& problem, const Target& target) const = 0;

  // The rest requires supports().
  virtual Ports ports(const Problem& problem, const Target& target) const = 0;
  // What is legal: registers, immediates, divisibility. By default one schedule without knobs.
  virtual Tunables tunables(const Problem& problem, const Target& target) const;
  // Of these, the schedules worth trying, the one with the best estimate first; never empty. By default all.
  virtual std::vector<Schedule> space(const Problem& problem, const Target& target) const;
  // Analytic time of one run: orders schedules and families when nothing was measured.
  virtual double estimate_ns(const Problem& problem, const Schedule& schedule,
                             const Target& target) const = 0;
  // Memory that the compiled kernel will hold for its constants; by default as much as the constants themselves.
  virtual std::int64_t packed_bytes(const Problem& problem, const Schedule& schedule,
                                    const Target& target) const;
  // Of multiply_accumulates(problem), those that the schedule's code carries out, not counting what fills up its vectors; 0 when
  // it multiplies something else than the operands. By default the useful ones (conv_shape.h).
  virtual std::int64_t executed_multiply_accumulates(const Problem& problem, const Schedule& schedule,
                                                     const Target& target) const;
  // By default what executed_multiply_accumulates() says, and the outputs' bytes.
  virtual Work least_work(const Problem& problem, const Schedule& schedule, const Target& target) const;
  virtual std::unique_ptr<Kernel> compile(const KernelRequest& request) const = 0;
};

// Best estimate first; equal estimates keep their order.
template <typename Estimate>
void sort_by_estimate(std::vector<Schedule>& space, const Estimate& estimate) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < space.size(); ++i) order.emplace_back(estimate(space[i]), i);
  std::sort(order.begin(), order.end());
  std::vector<Schedule> sorted;
  sorted.reserve(space.size());
  for (const auto& [ns, i] : order) sorted.push_back(std::move(space[i]));
  space = std::move(sorted);
}

// The part of RunArgs::inputs/outputs as floats.
inline const float* input_f32(const RunArgs& args, std::size_t i) {
  return reinterpret_cast<const float*>(args.inputs[i].host());
}
inline float* output_f32(const RunArgs& args, std::size_t i) {
  return reinterpret_cast<float*>(args.outputs[i].host());
}

}  // namespace rt3d::kernels
