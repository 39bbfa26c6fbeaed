#include "dataset/votes.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace rt3d::dataset {

void Votes::add(std::int64_t sample, int label, std::span<const float> scores) {
  if (scores.empty() || label < 0 || static_cast<std::size_t>(label) >= scores.size())
    fail(Code::invalid_argument, "the label ", label, " is out of range: the model tells ", scores.size(),
         " classes apart");
  Video& video = videos_[sample];
  video.label = label;
  video.sums.resize(scores.size());
  ++video.views;
  const double highest = *std::ranges::max_element(scores);
  double sum = 0;
  for (const float score : scores) sum += std::exp(score - highest);
  for (std::size_t c = 0; c < scores.size(); ++c) video.sums[c] += std::exp(scores[c] - highest) / sum;
}

Accuracy Votes::among(std::size_t best) const {
  Accuracy accuracy;
  for (const auto& [sample, video] : videos_) {
    const auto label = static_cast<std::size_t>(video.label);
    std::size_t before = 0;  // classes that are more probable
    for (std::size_t c = 0; c < video.sums.size(); ++c)
      before +=
          video.sums[c] > video.sums[label] || (c < label && video.sums[c] == video.sums[label]) ? 1 : 0;
    // No number is more probable than another: an answer of NaN is none.
    accuracy.right += before < best && std::isfinite(video.sums[label]) ? 1 : 0;
    ++accuracy.total;
  }
  return accuracy;
}

double Votes::loss() const {
  double sum = 0;
  for (const auto& [sample, video] : videos_)
    sum -= std::log(std::max(
        video.sums[static_cast<std::size_t>(video.label)] / static_cast<double>(video.views), 1e-30));
  return videos_.empty() ? 0 : sum / static_cast<double>(videos_.size());
}

}  // namespace rt3d::dataset
