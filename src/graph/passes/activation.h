// Fused activations as attributes act, act_alpha, act_beta; the names are those of passes/README.md.
#pragma once

#include "graph/graph.h"

namespace rt3d::graph {

bool has_activation(const Node& node);
void set_activation(Node& node, const std::string& act, double alpha, double beta);  // zeros are left out
void copy_activation(const Node& from, Node& to);

}  // namespace rt3d::graph
