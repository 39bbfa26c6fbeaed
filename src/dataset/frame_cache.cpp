#include "dataset/frame_cache.h"

#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>

#include "base/checksum.h"
#include "base/error.h"

namespace rt3d::dataset {
namespace {

namespace fs = std::filesystem;
constexpr const char* kEnding = ".frames";

// In front of a file's bytes.
struct Head {
  std::array<char, 8> magic{'r', 't', '3', 'd', 'f', 'r', 'm', '1'};
  std::uint64_t key = 0, sum = 0;
  std::int64_t count = 0;
  std::int32_t height = 0, width = 0;
};

std::uint64_t sum_of(const std::vector<std::uint8_t>& bytes) {
  return checksum64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

std::string key_of(const fs::path& video, const std::string& choice) {
  std::error_code error;
  const fs::path whole = fs::absolute(video, error);
  const auto changed = fs::last_write_time(video, error).time_since_epoch().count();
  const std::uintmax_t bytes = fs::is_regular_file(video, error) ? fs::file_size(video, error) : 0;
  return cat(whole.string(), '\n', bytes, ' ', changed, '\n', choice);
}

FrameCache::FrameCache(fs::path folder, std::int64_t limit_bytes)
    : folder_(std::move(folder)), limit_(limit_bytes) {
  std::error_code error;
  fs::create_directories(folder_, error);
  throw_if_no_memory(error);
  if (!fs::is_directory(folder_, error))
    fail(Code::io, "cannot make the folder ", folder_.string(), " to keep decoded frames in");
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == kEnding) bytes_ += static_cast<std::int64_t>(at->file_size(error));
}

fs::path FrameCache::file_of(const std::string& key) const {
  return folder_ / cat(std::hex, checksum64(key), kEnding);
}

std::optional<Frames> FrameCache::find(const std::string& key) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream file(file_of(key), std::ios::binary);
  Head head, wanted;
  wanted.key = checksum64(key, 1);
  if (!file.read(reinterpret_cast<char*>(&head), sizeof head) || head.magic != wanted.magic ||
      head.key != wanted.key)
    return std::nullopt;
  constexpr std::int64_t kMost = 1 << 14;
  if (head.count < 1 || head.count > kMost || head.height < 1 || head.height > kMost || head.width < 1 ||
      head.width > kMost)
    return std::nullopt;
  Frames frames{head.count, {head.height, head.width}, {}};
  file.seekg(0, std::ios::end);
  const std::int64_t bytes = head.count * 3 * head.height * head.width;
  if (file.tellg() != static_cast<std::int64_t>(sizeof head) + bytes) return std::nullopt;
  file.seekg(sizeof head);
  frames.bytes.resize(static_cast<std::size_t>(bytes));
  if (!file.read(reinterpret_cast<char*>(frames.bytes.data()), bytes) || sum_of(frames.bytes) != head.sum)
    return std::nullopt;
  return frames;
}

void FrameCache::add(const std::string& key, const Frames& frames) {
  if (folder_.empty() || full_) return;
  const auto bytes = static_cast<std::int64_t>(sizeof(Head) + frames.bytes.size());
  if (bytes_ + bytes > limit_) {
    full_ = true;
    return;
  }
  static std::atomic<int> number{0};
  const fs::path whole = file_of(key), part = folder_ / cat(::getpid(), "-", number++, ".part");
  Head head;
  head.key = checksum64(key, 1);
  head.sum = sum_of(frames.bytes);
  head.count = frames.count;
  head.height = frames.size.height;
  head.width = frames.size.width;
  {
    std::ofstream file(part, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&head), sizeof head);
    file.write(reinterpret_cast<const char*>(frames.bytes.data()),
               static_cast<std::streamsize>(frames.bytes.size()));
    file.close();
    full_ = full_ || !file;
  }
  std::error_code error;
  if (!full_) fs::rename(part, whole, error);
  if (full_ || error) {
    full_ = true;
    fs::remove(part, error);
    return;
  }
  bytes_ += bytes;
}

}  // namespace rt3d::dataset
