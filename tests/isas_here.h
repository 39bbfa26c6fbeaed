// The instruction sets that this CPU runs, for loops over generated code. Where there is none of those that are asked for, the case is
// listed as skipped.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <vector>

#include "base/device.h"
#include "skip.h"

namespace rt3d::tests {

inline std::vector<Isa> isas_here(std::initializer_list<Isa> wanted = {Isa::avx2, Isa::avx512, Isa::neon}) {
  std::vector<Isa> here;
  std::ranges::copy_if(wanted, std::back_inserter(here), isa_runs_here);
  if (here.empty()) say_skipped("this CPU has none of the instruction sets that this case is for");
  return here;
}

}  // namespace rt3d::tests
