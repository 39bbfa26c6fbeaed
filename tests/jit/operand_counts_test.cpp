// Problems with operands too few or too many, as damaged text may hold them: no family takes one on that it has no ports for.
#include <doctest/doctest.h>

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
  for (const char* file : {"conv", "pool", "elementwise", "fc", "sparse", "move", "winograd"})
    for (const Problem& original : read_problems(cat("problems/", file, ".txt")))
      for (const Change& change : kChanges) {
        Problem p = original;
        change.make(p);
        INFO(p.text(), ", with ", std::string(change.what));
        for (Isa isa : {Isa::avx2, Isa::avx512, Isa::neon}) {
          if (!isa_runs_here(isa)) continue;
          const kernels::Target target{device_with(isa), 1, kernels::Accuracy::half};
          for (const kernels::KernelFamily* family : jit::families()) {
            if (!family->supports(p, target)) continue;
            const kernels::Ports ports = family->ports(p, target);
            CHECK_MESSAGE(ports.inputs.size() == p.inputs.size(), std::string(family->id()));
            CHECK_MESSAGE(ports.outputs.size() == p.outputs.size(), std::string(family->id()));
          }
        }
      }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
