// A small network that is trained in seconds to tell which way a blob moves.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "pruner/network.h"

namespace rt3d::tests {

struct Clips {
  std::vector<std::vector<at::Tensor>> inputs;  // each as a network's inputs, one clip
  std::vector<std::int64_t> labels;
};

// Seeded: eight directions, noise, random places and brightness.
Clips motion_clips(std::size_t count, std::uint64_t seed);

at::Tensor joined(const Clips& clips);  // as one batch

// Convolutions conv0 to conv3 with BatchNormalization, trained for a number of steps of 16 clips, which takes a few seconds for 100.
pruner::Network trained_motion_network(int steps);

// The same with biases in place of the normalisation, as exporters write networks.
pruner::Network with_folded_normalization(pruner::Network& normalized);

double accuracy(pruner::Network& network, const Clips& clips);

}  // namespace rt3d::tests
