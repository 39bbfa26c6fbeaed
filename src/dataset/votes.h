// From the scores of single views to answers about videos: all views of a video vote, the mean of their probabilities decides.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "dataset/accuracy.h"

namespace rt3d::dataset {

class Votes {
 public:
  // A network's scores (not probabilities: their softmax is taken) for one view of the data set's video number `sample`, which shows
  // `label`. All have the same number of classes.
  void add(std::int64_t sample, int label, std::span<const float> scores);

  // Of the videos: those whose label is among the `best` most probable classes. Of equals the first class counts as more probable.
  Accuracy among(std::size_t best) const;
  // Of the label's probability, the mean of -log: what a better model lowers before its answers change.
  double loss() const;
  std::int64_t videos() const { return static_cast<std::int64_t>(videos_.size()); }

 private:
  struct Video {
    int label = 0;
    std::int64_t views = 0;
    std::vector<double> sums;  // of probabilities, by class
  };
  std::map<std::int64_t, Video> videos_;
};

}  // namespace rt3d::dataset
