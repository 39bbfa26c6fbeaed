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

// Conv, BatchNormalization, ReLU four times, or without normalisation and with biases; then pooling and a linear layer. Trained for a
// number of steps of 32 clips.
pruner::Network trained_motion_network(bool normalized, int steps);

double accuracy(pruner::Network& network, const Clips& clips);

}  // namespace rt3d::tests
