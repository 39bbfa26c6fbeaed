#include "dataset/loader.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/random.h"

namespace rt3d::dataset {
namespace {

// One generator for each sample of each epoch.
Random random_of(const LoaderOptions& options, std::int64_t sample) {
  Random seeds(options.seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(options.epoch));
  return Random(seeds.bits() ^ (static_cast<std::uint64_t>(sample) * 0xd1342543de82ef95ULL));
}

// Training sees one clip of each video, and crops of its own.
LoaderOptions settled(LoaderOptions options) {
  if (options.train) options.protocol.clips = options.protocol.crops = 1;
  return options;
}

}  // namespace

Loader::Loader(const std::vector<Sample>& samples, const LoaderOptions& options)
    : samples_(samples), options_(settled(options)), order_(samples.size()) {
  check(options_.protocol);
  if (options_.batch < 1 || options_.batch > 1 << 16)
    fail(Code::invalid_argument, "a batch of ", options_.batch, " clips is out of range: 1 to 65536");
  if (options_.threads < 1 || options_.threads > 1024)
    fail(Code::invalid_argument, options_.threads, " threads to decode are out of range: 1 to 1024");
  if (options_.first < 0) fail(Code::invalid_argument, "there is no batch ", options_.first);
  std::iota(order_.begin(), order_.end(), 0);
  if (options_.train) {
    Random random = random_of(options_, -1);
    for (std::size_t i = order_.size(); i > 1; --i)
      std::swap(order_[i - 1], order_[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
  }
  per_batch_ = std::max<std::int64_t>(1, options_.batch / options_.protocol.views());
  batches_ = (static_cast<std::int64_t>(samples.size()) + per_batch_ - 1) / per_batch_;
  begun_ = read_ = std::min(options_.first, batches_);
  const auto threads = std::min<std::int64_t>(options_.threads, batches_ - begun_);
  for (std::int64_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Loader::work() {
  std::unique_lock lock(mutex_);
  const auto ahead = static_cast<std::int64_t>(options_.threads) + 1;
  for (;;) {
    changed_.wait(lock, [&] { return ends_ || begun_ >= batches_ || begun_ < read_ + ahead; });
    if (ends_ || begun_ >= batches_) return;
    const std::int64_t number = begun_++;
    lock.unlock();
    Made made = make(number);
    lock.lock();
    made_.emplace(number, std::move(made));
    changed_.notify_all();
  }
}

bool Loader::next(Batch& batch) {
  std::unique_lock lock(mutex_);
  if (read_ >= batches_) return false;
  changed_.wait(lock, [&] { return made_.count(read_) != 0; });
  Made made = std::move(made_.extract(read_).mapped());
  ++read_;
  changed_.notify_all();
  lock.unlock();
  if (made.trouble) std::rethrow_exception(made.trouble);
  skipped_ += made.skipped;
  if (why_skipped_.empty()) why_skipped_ = std::move(made.why);
  batch = std::move(made.batch);
  return true;
}

Loader::Made Loader::make(std::int64_t number) const {
  Made made;
  try {
    const std::int64_t first = number * per_batch_;
    const std::int64_t last = std::min(first + per_batch_, static_cast<std::int64_t>(samples_.size()));
    for (std::int64_t i = first; i < last; ++i) add_views(order_[static_cast<std::size_t>(i)], made);
  } catch (...) {
    made.trouble = std::current_exception();
  }
  return made;
}

// A video that cannot be read adds nothing.
void Loader::add_views(std::int64_t sample, Made& made) const {
  const Protocol& p = options_.protocol;
  Batch& batch = made.batch;
  const std::size_t values = batch.values.size();
  const std::int64_t clips = batch.clips;
  try {
    if (options_.train) {
      Random random = random_of(options_, sample);
      const double share = random.uniform(0, 1);
      const Frames frames = frames_of(sample, 0, share);
      const Corner corner{static_cast<int>(random.below(frames.size.height - p.crop.height + 1)),
                          static_cast<int>(random.below(frames.size.width - p.crop.width + 1))};
      add_clip(frames, corner, options_.mirror && random.below(2) == 1, batch);
    } else {
      for (int clip = 0; clip < p.clips; ++clip) {
        const Frames frames = frames_of(sample, clip, -1);
        for (int crop = 0; crop < p.crops; ++crop)
          add_clip(frames, crop_corner(p, frames.size, crop), false, batch);
      }
    }
  } catch (const Error& error) {
    batch.values.resize(values);
    batch.clips = clips;
    ++made.skipped;
    if (made.why.empty()) made.why = error.what();
    return;
  }
  for (std::int64_t i = clips; i < batch.clips; ++i) {
    batch.labels.push_back(samples_[static_cast<std::size_t>(sample)].label);
    batch.samples.push_back(sample);
  }
}

// Uniform sampling takes the same frames in each epoch, as RT3D's authors do, so that they are decoded once; consecutive frames begin
// anywhere when a network is trained, and are not kept.
Frames Loader::frames_of(std::int64_t sample, int clip, double share) const {
  const Protocol& p = options_.protocol;
  const std::filesystem::path& path = samples_[static_cast<std::size_t>(sample)].path;
  const bool anywhere = options_.train && p.sampling == video::Sampling::consecutive;
  const auto choose = [&](std::int64_t total) {
    return anywhere ? frames_from(p, total, share) : clip_frames(p, total, clip);
  };
  const auto read = [&] {
    Frames frames = read_frames(path, choose, p.short_side);
    if (frames.size.height < p.crop.height || frames.size.width < p.crop.width)
      fail(Code::invalid_argument, path.string(), ": its frames are smaller than the crop");
    return frames;
  };
  if (anywhere || options_.cache == nullptr) return read();
  Protocol chosen = p;  // what of the protocol the frames depend on
  chosen.crop = {1, 1};
  chosen.crops = 1;
  const std::string key = key_of(path, cat(chosen.text(), ", clip ", clip));
  if (std::optional<Frames> known = options_.cache->find(key)) return std::move(*known);
  Frames frames = read();
  options_.cache->add(key, frames);
  return frames;
}

void Loader::add_clip(const Frames& frames, Corner corner, bool mirrored, Batch& batch) const {
  const Protocol& p = options_.protocol;
  const Normalisation& n = options_.normalisation;
  const auto at = [](int channel) { return static_cast<std::size_t>(channel); };
  const std::int64_t row = frames.size.width;
  const auto copy = [&](int channel, const auto& value_of) {
    for (std::int64_t t = 0; t < frames.count; ++t)
      for (int y = 0; y < p.crop.height; ++y)
        for (int x = 0; x < p.crop.width; ++x) {
          const int from = mirrored ? p.crop.width - 1 - x : x;
          const float value = value_of(t, (corner.top + y) * row + corner.left + from);
          batch.values.push_back((value * n.scale - n.mean[at(channel)]) / n.deviation[at(channel)]);
        }
  };
  const auto byte = [&](std::int64_t t, int channel, std::int64_t pixel) {
    return static_cast<float>(frames.plane(t, channel)[pixel]);
  };
  if (n.channels == 1)  // the luma of ITU-R BT.601, as video/clip.h has it
    copy(0, [&](std::int64_t t, std::int64_t pixel) {
      return 0.299F * byte(t, 0, pixel) + 0.587F * byte(t, 1, pixel) + 0.114F * byte(t, 2, pixel);
    });
  else
    for (int c = 0; c < 3; ++c)
      copy(c, [&](std::int64_t t, std::int64_t pixel) { return byte(t, n.bgr ? 2 - c : c, pixel); });
  ++batch.clips;
}

}  // namespace rt3d::dataset
