// How far a session's results may lie from the reference's, element by element: errors are carried through the graph beside the
// values, as running error analysis does (Higham, Accuracy and Stability of Numerical Algorithms, 3.3). What an operation adds is
// relative to the magnitude of what it sums, so that neither cancellation nor one large number hides a wrong one.
#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace rt3d::tests {

// A value and what it may differ by: not a number or infinite with an error of 0 when every method gives just that; an infinite
// error where overflow, or a method that mixes neighbours, may give anything.
struct Bounded {
  Tensor value, error;
  Tensor taint =
      {};  // 1 at pixels where lanes that fill up vectors may hold what is not finite, else 0: sums may become NaN there
};

// The graph's outputs, computed by the reference. All shapes are known. With `winograd`, convolutions may be done by its methods, which
// spread errors and numbers that are not finite over tiles.
std::vector<Bounded> bounded_outputs(const graph::Graph& graph, std::span<const Tensor> inputs,
                                     bool winograd);

// The first element of `got` that is outside, in words; empty when there is none.
std::string outside(const Bounded& want, std::span<const float> got);

}  // namespace rt3d::tests
