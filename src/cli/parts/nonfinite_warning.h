// What `rt3d run` says on standard error when outputs are not finite.
#pragma once

#include <string>
#include <vector>

#include "cli/parts/handles.h"
#include "cli/parts/npy.h"

namespace rt3d::cli {

struct NamedArray {
  std::string name;
  Array array;
};

// One line for each output that holds NaN or infinity, with where that may come from: inputs that hold some, or Winograd's methods in
// the session's plan.
std::vector<std::string> nonfinite_warnings(const rt3d_session* session,
                                            const std::vector<NamedArray>& inputs,
                                            const std::vector<NamedArray>& outputs);

}  // namespace rt3d::cli
