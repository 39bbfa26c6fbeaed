// Decoded frames kept on disk: decoding and resizing a video takes longer than training on it, and happens in every epoch.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "dataset/frames.h"

namespace rt3d::dataset {

// One file each, written beside and renamed, so that a process may end at any moment and several may share the folder. Files that are
// damaged are decoded anew. When the limit is reached, or the disk full, nothing more is added: an epoch looks at each video once, so
// that dropping the oldest would drop what is wanted next. May be used by several threads.
class FrameCache {
 public:
  // Without a folder nothing is kept. Makes the folder; throws io when it cannot.
  FrameCache() = default;
  FrameCache(std::filesystem::path folder, std::int64_t limit_bytes);

  // The key names video, its size and time of change, and what was chosen: key_of().
  std::optional<Frames> find(const std::string& key) const;
  void add(const std::string& key, const Frames& frames);

  std::int64_t bytes() const { return bytes_; }
  bool is_full() const { return full_; }

 private:
  std::filesystem::path file_of(const std::string& key) const;

  std::filesystem::path folder_;
  std::int64_t limit_ = 0;
  std::atomic<std::int64_t> bytes_ = 0;
  std::atomic<bool> full_ = false;
};

// `choice` in words: another one, another key.
std::string key_of(const std::filesystem::path& video, const std::string& choice);

}  // namespace rt3d::dataset
