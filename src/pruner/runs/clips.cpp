#include "pruner/runs/clips.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::pruner {

Clips::Clips(const dataset::Dataset& set, const dataset::LoaderOptions& options, const ClipOrder& order)
    : set_(set), options_(options), order_(order) {}

std::int64_t Clips::batches() const {
  return (static_cast<std::int64_t>(set_.train.size()) + options_.batch - 1) / options_.batch;
}

std::unique_ptr<dataset::Loader> Clips::epoch(std::int64_t number, std::int64_t first) const {
  dataset::LoaderOptions options = options_;
  options.train = true;
  options.epoch = number;
  options.first = first;
  return std::make_unique<dataset::Loader>(set_.train, options);
}

at::Tensor Clips::input(const dataset::Batch& batch) const {
  const dataset::Protocol& p = options_.protocol;
  const at::Tensor planes =
      at::tensor(at::ArrayRef<float>(batch.values))
          .reshape({batch.clips, options_.normalisation.channels, p.frames, p.crop.height, p.crop.width});
  return planes.permute(at::IntArrayRef(order_.data(), order_.size())).contiguous();
}

dataset::Votes Clips::judge(Network& network) const {
  const at::NoGradGuard without_gradients;
  dataset::Loader loader(set_.test, options_);
  dataset::Votes votes;
  for (dataset::Batch batch; loader.next(batch);) {
    if (batch.clips == 0) continue;
    const at::Tensor scores = network.run({input(batch)}, Mode::evaluation)[0].contiguous();
    const auto classes = static_cast<std::size_t>(scores.numel() / batch.clips);
    for (std::size_t i = 0; i < batch.labels.size(); ++i)
      votes.add(batch.samples[i], batch.labels[i], {scores.data_ptr<float>() + i * classes, classes});
  }
  if (votes.videos() == 0)
    fail(Code::io, "none of ", set_.test.size(),
         " videos to test with could be read; the first: ", loader.why_skipped());
  return votes;
}

std::vector<std::vector<at::Tensor>> Clips::examples(std::int64_t count) const {
  std::vector<dataset::Sample> some;
  const auto all = static_cast<std::int64_t>(set_.train.size());
  const std::int64_t wanted = std::min(count, all);
  for (std::int64_t i = 0; i < wanted; ++i)
    some.push_back(set_.train[static_cast<std::size_t>(i * all / wanted)]);
  dataset::LoaderOptions options = options_;
  options.protocol.clips = options.protocol.crops = 1;
  options.batch = 1;
  dataset::Loader loader(some, options);
  std::vector<std::vector<at::Tensor>> examples;
  for (dataset::Batch batch; loader.next(batch);)
    if (batch.clips > 0) examples.push_back({input(batch)});
  if (examples.empty())
    fail(Code::io, "none of ", wanted,
         " videos to train with could be read; the first: ", loader.why_skipped());
  return examples;
}

}  // namespace rt3d::pruner
