// A small data set of videos as UCF101 is distributed, and a network that can learn it within seconds.
#pragma once

#include <cstdint>
#include <string>

#include "scratch.h"

namespace rt3d::tests {

struct VideoSet {
  std::string videos, train_list, test_list;
};

// In `scratch`/`name`: four classes of a blob that rises, falls, grows or stays; folders, names, lists and line ends as UCF101 has them.
VideoSet make_video_set(const Scratch& scratch, const std::string& name, int train_each, int test_each);

// An ONNX file of a network for them: three convolutions with BatchNormalization on clips of 3 x 6 x 16 x 16, a linear layer, four classes.
// Its values are zeros.
std::string make_small_network(const Scratch& scratch, const std::string& name);

// What of a video it sees, as options.
inline constexpr char kSmallClips[] = " --short-side 18 ";

}  // namespace rt3d::tests
