#include "pruning/pruned_weights.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/sparsity.h"

namespace rt3d::pruning {

void prune_weights(std::span<float> weights, const Shape& shape, std::string_view sparsity,
                   std::uint64_t seed) {
  if (shape.rank() < 2 || shape.elements() != static_cast<std::int64_t>(weights.size()))
    fail(Code::invalid_argument, "weights of shape ", shape.text(), " cannot be pruned as ", sparsity);
  const kernels::Sparsity s = kernels::parse_sparsity(sparsity);
  Tensor tensor = Tensor::of<float>(DType::f32, shape, weights);
  kernels::prune(tensor, kernels::random_pattern(shape, s.scheme, s.gm, s.gn, s.kept(), seed));
  const auto pruned = tensor.values<float>();
  std::copy(pruned.begin(), pruned.end(), weights.begin());
}

}  // namespace rt3d::pruning
