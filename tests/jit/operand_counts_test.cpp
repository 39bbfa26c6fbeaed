// Problems as damaged text may hold them, with operands too few or too many, or of sizes that do not go together or go beyond what
// 32 bits count: no family takes one on that it has no code for.
#include <doctest/doctest.h>

#include "isas_here.h"
#include "jit/families_reached.h"
#include "jit/jit.h"
#include "kernels/read_problems.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using kernels::Problem;

struct Change {
  const char* what;
  void (*make)(Problem&);
};
constexpr Change kChanges[] = {
    {"as it is", [](Problem&) {}},
    {"one output more", [](Problem& p) { p.outputs.push_back(p.outputs.back()); }},
    {"no output", [](Problem& p) { p.outputs.clear(); }},
    {"one input more", [](Problem& p) { p.inputs.push_back(p.inputs.front()); }},
    {"one input less", [](Problem& p) { p.inputs.pop_back(); }},
    {"no input", [](Problem& p) { p.inputs.clear(); }},
};

}  // namespace

TEST_CASE(
    "families have a port for every operand of what they support, and support no other number of outputs") {
  FamiliesReached reached;
  for (const char* file : {"conv", "pool", "elementwise", "fc", "sparse", "move", "winograd"})
    for (const Problem& original : read_problems(cat("problems/", file, ".txt")))
      for (const Change& change : kChanges) {
        Problem p = original;
        change.make(p);
        INFO(p.text(), ", with ", std::string(change.what));
        for (Isa isa : isas_here()) {
          const kernels::Target target{device_with(isa), 1, kernels::Accuracy::half};
          for (const kernels::KernelFamily* family : jit::families()) {
            if (!family->supports(p, target)) continue;
            reached.add(isa, *family);
            const kernels::Ports ports = family->ports(p, target);
            CHECK_MESSAGE(ports.inputs.size() == p.inputs.size(), std::string(family->id()));
            CHECK_MESSAGE(ports.outputs.size() == p.outputs.size(), std::string(family->id()));
          }
        }
      }
  reached.check(isas_here());
}

TEST_CASE(
    "families leave to others what their 32-bit distances do not reach, and what is no problem of theirs") {
  const char* const unsupported[] = {
      "Gemm 3x10,cscalar,c17 -> 3x17",
      "Gemm scalar,c17x10,c17 -> 3x17",
      "MaxPool 3x4 -> 3x4 kernel_shape=1x1x1 strides=1x1x1 pads=0x0x0x0x0x0 dilations=1x1x1",
      "GlobalAveragePool 1x1x70x1024x1024 -> 1x1x1x1x1",  // even with four lanes
      "MaxPool 1x1x1x8x33554432 -> 1x1x1x8x33554432 kernel_shape=1x3x1 strides=1x1x1 pads=0x1x0x0x1x0 "
      "dilations=1x1x1",
      "Conv 1x3x4x4096x4096,c3x1x3x1x1 -> 1x3x2x4096x4096 dilations=1x1x1 group=3 pads=0x0x0x0x0x0 "
      "strides=1x1x1",
      "Conv 1x5x1x1x1,c1x5x2049x1x1 -> 1x1x1x1x1 dilations=1048576x1x1 group=1 pads=0x0x0x0x0x0 "
      "strides=1x1x1 "
      "sparsity=kgs:4x4:50%",
      "Conv 1x5x1x1x1,c1x5x1x1x1 -> 1x1x4096x1x1 dilations=1x1x1 group=1 pads=0x0x0x0x0x0 "
      "strides=1048576x1x1 "
      "sparsity=kgs:4x4:50%",
      "Conv 1x5x1x1x1,c1x5x1x1x2049 -> 1x1x1x1x1 dilations=1x1x1048576 group=1 pads=0x0x0x0x0x0 "
      "strides=1x1x1",
  };
  for (const char* text : unsupported) {
    const Problem p = kernels::parse_problem(text);
    for (Isa isa : isas_here()) {
      const kernels::Target target{device_with(isa), 1, kernels::Accuracy::half};
      for (const kernels::KernelFamily* family : jit::families())
        CHECK_MESSAGE(!family->supports(p, target), std::string(text), " by ", std::string(family->id()));
    }
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
