// BatchNormalization's running statistics, estimated anew: what is pruned shifts them.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <span>
#include <vector>

#include "pruner/network.h"

namespace rt3d::pruner {

// Replaces running means and variances by those of the clips, each clip as the network's inputs. Up to `batch` clips go through the network
// together where it can take several. Does nothing where the network has no BatchNormalization with statistics of its own. `progress`: clips
// that went through, of how many.
using ClipProgress = std::function<void(std::size_t done, std::size_t all)>;
void estimate_statistics(Network& network, std::span<const std::vector<at::Tensor>> clips,
                         const ClipProgress& progress = {}, std::size_t batch = 8);

}  // namespace rt3d::pruner
