// Batches of clips, decoded by threads ahead of who reads them. What a batch holds follows from the seed and the epoch alone, not from the
// number of threads, so that a run that was interrupted goes on with the same bits.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "dataset/dataset.h"
#include "dataset/frame_cache.h"
#include "dataset/protocol.h"

namespace rt3d::dataset {

// From bytes to a network's numbers: (byte x scale - mean) / deviation, in the order of its channels.
struct Normalisation {
  float scale = 1.0F / 255;
  std::array<float, 3> mean{0, 0, 0}, deviation{1, 1, 1};
  bool bgr = false;
  int channels = 3;  // or 1, grey
};

struct LoaderOptions {
  Protocol protocol;
  Normalisation normalisation;
  std::int64_t batch = 16;  // clips
  int threads = 1;          // that decode
  // To train: shuffled, with random crops, mirrored in half of the cases, random beginnings where frames are consecutive; a clip of each
  // video. Else: all views of each video, one after the other, in the given order.
  bool train = false;
  bool mirror = true;  // false: where left and right are what tells classes apart
  std::uint64_t seed = 1;
  std::int64_t epoch = 0;
  std::int64_t first = 0;  // batch that is given: the ones before it are left out, as if they had been read
  FrameCache* cache = nullptr;
};

struct Batch {
  std::int64_t clips = 0;             // fewer than asked for at the end, and where videos are damaged
  std::vector<float> values;          // clips x channels x frames x crop height x crop width
  std::vector<int> labels;            // of each clip
  std::vector<std::int64_t> samples;  // which of the data set's it is
};

class Loader {
 public:
  // `samples` live as long as the loader. Throws invalid_argument for options out of range.
  Loader(const std::vector<Sample>& samples, const LoaderOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  std::int64_t batches() const { return batches_; }
  // The next batch in order; false after the last one. A batch of damaged videos alone has no clips. Throws what is no fault of a video's:
  // out of memory.
  bool next(Batch& batch);

  // Of the batches so far: videos that could not be read, and what was said of the first.
  std::int64_t skipped() const { return skipped_; }
  const std::string& why_skipped() const { return why_skipped_; }

 private:
  struct Made {
    Batch batch;
    std::int64_t skipped = 0;
    std::string why;
    std::exception_ptr trouble;
  };
  void work();
  Made make(std::int64_t number) const;
  void add_views(std::int64_t sample, Made& made) const;
  void add_clip(const Frames& frames, Corner corner, bool mirrored, Batch& batch) const;
  Frames frames_of(std::int64_t sample, int clip, double share) const;

  const std::vector<Sample>& samples_;
  const LoaderOptions options_;
  std::vector<std::int64_t> order_;
  std::int64_t per_batch_ = 1, batches_ = 0;  // samples of a batch
  std::int64_t skipped_ = 0;
  std::string why_skipped_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, Made> made_;  // and not yet read
  std::int64_t begun_ = 0, read_ = 0;
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace rt3d::dataset
