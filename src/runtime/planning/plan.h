// Plan: the ordered steps that compute a graph, and where every tensor lies in an arena of each space. It prints itself.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "kernels/placement.h"
#include "kernels/sparsity_detection.h"
#include "runtime/choosing/choice.h"

namespace rt3d::runtime {

inline constexpr int kNoStorage = -1;

// A piece of a space's arena, of a tensor or of a kernel's scratch; needed from its first to its last step. Floats share memory with
// floats of their own type only: lanes beyond the last channel are multiplied by zero, which what is left there must survive, and bits
// of another type may be no number. Of integers all bits are numbers.
struct Storage {
  std::size_t bytes = 0;
  kernels::Space space = kernels::Space::host;
  DType dtype = DType::f32;  // of what it holds
  int first_step = 0;
  int last_step = 0;
  std::size_t offset = 0;  // in its space's arena
};

// Where a tensor lies; `desc` says its type there, which is not always the graph's. Views (reshaped, part of a concatenation, slice of channels) name the same storage as their whole.
struct Location {
  int storage = kNoStorage;  // kNoStorage: a constant, or absent
  std::int64_t first = 0;    // of element (0, 0, 0, 0, 0), in elements from the storage's start
  TensorDesc desc;
  kernels::Placement placement;
};

// Planar without halo or gaps: row-major, as users see tensors.
bool dense(const Location& location);

// A kernel to compile and prepare; steps with the same problem, schedule, layouts and constants share one.
struct KernelSpec {
  int choice = 0;
  std::vector<kernels::Placement> inputs, outputs;
};

// Runs a kernel. Before it runs, halos of its outputs are written.
struct Step {
  std::string name;  // of the node that wants it
  int node = -1;     // its index in the graph; -1: none of its own, a copy
  int kernel = -1;   // index into Plan::kernels
  std::vector<Location> inputs, outputs;
  int scratch = kNoStorage;  // storage of what the kernel works in
};

struct PlanOutput {
  Location location;
  Tensor constant;  // when the output is one
};

struct Plan {
  std::vector<Choice> choices;
  std::vector<KernelSpec> kernels;
  std::vector<Step> steps;
  std::vector<Storage> storages;
  std::vector<Location> inputs;
  std::vector<PlanOutput> outputs;
  std::array<std::size_t, kernels::kSpaces> arena_bytes{};  // by space
  double predicted_ns =
      0;  // of a run, by what was measured of its layers, estimated of the others and of copies
  std::size_t tensor_bytes = 0;                // of all, without reuse
  std::vector<kernels::SparsityReport> zeros;  // of the weights, by node of the graph

  const Choice& choice_of(const KernelSpec& kernel) const {
    return choices[static_cast<std::size_t>(kernel.choice)];
  }
  const Choice& choice_of(const Step& step) const {
    return choice_of(kernels[static_cast<std::size_t>(step.kernel)]);
  }
  kernels::Space space_of(const Location& location) const;   // of one with storage
  std::size_t offset_bytes(const Location& location) const;  // of element 0 in its space's arena
  std::size_t all_arenas_bytes() const;
  std::string text() const;  // a header, then one step per line
};

std::string layout_text(const kernels::Placement& placement);  // "planar", "block16 halo1x1"

}  // namespace rt3d::runtime
