// What of a video a network sees, when it is trained and when it is judged: accuracies under different protocols do not compare, by ten
// points for one and the same network, so that a protocol's text stands beside each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "video/resize.h"
#include "video/sampling.h"

namespace rt3d::dataset {

struct Protocol {
  std::int64_t frames = 16;
  video::Sampling sampling = video::Sampling::uniform;
  std::int64_t stride = 1;  // of consecutive frames
  int short_side = 128;     // frames are resized to
  video::Size crop{112, 112};
  int clips = 1;  // of a video, each judged by itself; the mean of their probabilities decides
  int crops = 1;  // of a clip: 1, the centre; 3, along the longer side
  bool operator==(const Protocol&) const = default;

  // "16 frames uniform, short side 128, crop 112x112, 1 clip x 1 crop"
  std::string text() const;
  int views() const { return clips * crops; }
};

// The defaults are RT3D's (Niu et al., AAAI 2021) and its authors' code's. 10 clips of consecutive frames x 1 crop is mmaction2's of C3D,
// x 3 crops PySlowFast's.

// Throws invalid_argument for numbers out of range, and a crop larger than the short side.
void check(const Protocol& protocol);

// Ascending indices into a video of `total` >= 1 frames of one of its clips. Uniform: as video::sample_frames(), where several clips take
// different frames of each part; consecutive: spans that begin evenly from the first to the last possible frame. A short video repeats
// its last frame.
std::vector<std::int64_t> clip_frames(const Protocol& protocol, std::int64_t total, int clip);

// Of a span of consecutive frames that begins at a share of what is possible, 0 to 1; uniform: one frame of each part at that share.
std::vector<std::int64_t> frames_from(const Protocol& protocol, std::int64_t total, double share);

struct Corner {
  int top = 0, left = 0;
};
// Where a crop begins in a frame of that size.
Corner crop_corner(const Protocol& protocol, video::Size frame, int crop);

}  // namespace rt3d::dataset
