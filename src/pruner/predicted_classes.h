// What a network says of clips.
#pragma once

#include <ATen/ATen.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "pruner/network.h"

namespace rt3d::pruner {

// The class of each clip: where the network's first output is largest. Each clip is the network's inputs; throws invalid_argument where
// there is none. `watch` sees what is computed; `progress` is told how many clips are done.
std::vector<std::int64_t> predicted_classes(
    Network& network, std::span<const std::vector<at::Tensor>> clips, const Watch& watch = {},
    const std::function<void(std::size_t done, std::size_t all)>& progress = {});

// How many are the same in both.
std::size_t same_classes(std::span<const std::int64_t> before, std::span<const std::int64_t> after);

}  // namespace rt3d::pruner
