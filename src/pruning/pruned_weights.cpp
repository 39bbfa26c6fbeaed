#include "pruning/pruned_weights.h"

#include "base/error.h"

namespace rt3d::pruning {

void prune_weights(Tensor& weights, const kernels::Sparsity& sparsity, std::uint64_t seed) {
  const Shape& shape = weights.shape();
  if (shape.rank() < 2)
    fail(Code::invalid_argument, "weights of shape ", shape.text(), " cannot be pruned as ", sparsity.text());
  kernels::prune(weights, kernels::random_pattern(shape, sparsity.scheme, sparsity.gm, sparsity.gn,
                                                  sparsity.kept(), seed));
}

}  // namespace rt3d::pruning
