#include "pruner/predicted_classes.h"

#include <functional>
#include <numeric>

#include "base/error.h"

namespace rt3d::pruner {

std::vector<std::int64_t> predicted_classes(Network& network, std::span<const std::vector<at::Tensor>> clips,
                                            const Watch& watch,
                                            const std::function<void(std::size_t, std::size_t)>& progress) {
  if (clips.empty()) fail(Code::invalid_argument, "pruning needs at least one clip");
  const at::NoGradGuard without_gradients;
  std::vector<std::int64_t> classes;
  for (const std::vector<at::Tensor>& clip : clips) {
    if (progress) progress(classes.size(), clips.size());
    classes.push_back(network.run(clip, Mode::evaluation, watch)[0].argmax().item<std::int64_t>());
  }
  if (progress) progress(clips.size(), clips.size());
  return classes;
}

std::size_t same_classes(std::span<const std::int64_t> before, std::span<const std::int64_t> after) {
  return std::inner_product(before.begin(), before.end(), after.begin(), std::size_t{0}, std::plus<>(),
                            std::equal_to<>());
}

}  // namespace rt3d::pruner
