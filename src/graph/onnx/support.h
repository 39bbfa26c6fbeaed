// What of a model no operator can be found for: said at once for the whole model, with what would help.
#pragma once

#include <vector>

#include "graph/onnx/functions.h"

namespace rt3d::graph {

// Throws unsupported unless every node is in the operator table: all operators that are not, with how many
// nodes use them and the first of these, what would do instead, and what is supported.
void require_supported(const std::vector<FlatNode>& nodes);

}  // namespace rt3d::graph
