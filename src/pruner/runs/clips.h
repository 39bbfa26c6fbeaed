// A data set's videos as a network's inputs.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <memory>
#include <vector>

#include "dataset/dataset.h"
#include "dataset/loader.h"
#include "dataset/votes.h"
#include "pruner/network.h"

namespace rt3d::pruner {

// Which dimension of a network's input is which of a batch of clips: of clips, channels, frames, rows, columns.
using ClipOrder = std::array<std::int64_t, 5>;
inline constexpr ClipOrder kClipsChannelsFirst{0, 1, 2, 3, 4};

class Clips {
 public:
  // `set` and the options' cache live as long as this. The options' batch is that of training.
  Clips(const dataset::Dataset& set, const dataset::LoaderOptions& options,
        const ClipOrder& order = kClipsChannelsFirst);

  const dataset::Dataset& set() const { return set_; }
  std::int64_t batches() const;  // of an epoch of training

  // Batches of an epoch, from number `first` on.
  std::unique_ptr<dataset::Loader> epoch(std::int64_t number, std::int64_t first) const;
  at::Tensor input(const dataset::Batch& batch) const;

  // What the network answers about the videos to test with. Throws io where none can be read.
  dataset::Votes judge(Network& network) const;

  // One clip of each of `count` videos to train with, evenly spread over them, as they are judged. Throws io where none can be read.
  std::vector<std::vector<at::Tensor>> examples(std::int64_t count) const;

 private:
  const dataset::Dataset& set_;
  dataset::LoaderOptions options_;
  ClipOrder order_;
};

}  // namespace rt3d::pruner
