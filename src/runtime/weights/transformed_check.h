// Whether weights in Winograd's transform domain that a model's file brings (docs/transform-domain.md) belong to the spatial weights
// that they are attached to: names, shapes and tiles may all fit, and the numbers still be another layer's, or none.
#pragma once

#include "graph/graph.h"

namespace rt3d::runtime {

// Takes away those that are not finite, or have next to nothing in common with the transformed spatial weights of a few hundred
// sampled kernels, with a warning that names them. Weights pruned and trained once more keep most of what they have in common.
void drop_unrelated_transformed_weights(graph::Graph& graph);

}  // namespace rt3d::runtime
