#include "kernels/cl/program_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/checksum.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"

namespace rt3d::kernels::cl {
namespace {

// The file: the magic words, then of each entry key, rank and binary with their sizes, and a checksum of all that.
constexpr std::string_view kMagic = "rt3d OpenCL programs 1\n";

void put(std::string& to, std::uint64_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  to.append(bytes, sizeof bytes);
}

class Reader {
 public:
  explicit Reader(std::string_view from) : rest_(from) {}
  // Nothing when there are not so many bytes.
  std::optional<std::string_view> take(std::uint64_t bytes) {
    if (bytes > rest_.size()) return std::nullopt;
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::optional<std::uint64_t> number() {
    const auto bytes = take(sizeof(std::uint64_t));
    if (!bytes) return std::nullopt;
    std::uint64_t number = 0;
    std::memcpy(&number, bytes->data(), sizeof number);
    return number;
  }
  std::optional<std::string_view> text() {
    const auto bytes = number();
    return bytes ? take(*bytes) : std::nullopt;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::string_view as_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
Bytes as_bytes(std::string_view text) {
  Bytes bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

}  // namespace

void ProgramCache::open(const std::filesystem::path& file) {
  const std::lock_guard lock(mutex_);
  std::error_code dangling;
  file_ = std::filesystem::weakly_canonical(file, dangling);
  if (dangling) file_ = file;
  entries_.clear();
  if (file_.empty()) return;
  read(entries_);
  for (const Entry& e : entries_) clock_ = std::max(clock_, e.used);
  take_mark();
}

std::string ProgramCache::key(const KernelCode& code, const std::string& options, const std::string& device) {
  const std::string text = cat(code.whole_text(), '\0', options);
  constexpr std::uint64_t kOtherSeed = 0x9e3779b97f4a7c15ULL;
  return cat(device, " ", code.kernel, " ", text.size(), " ", checksum64(text), " ",
             checksum64(text, kOtherSeed));
}

std::filesystem::path ProgramCache::mark() const { return file_.string() + ".loading"; }

void ProgramCache::read(std::vector<Entry>& entries) const {
  std::error_code none;
  if (!std::filesystem::exists(file_, none)) return;
  try {
    const auto mapped = MappedFile::open(file_);
    const std::string_view whole{reinterpret_cast<const char*>(mapped->bytes().data()),
                                 mapped->bytes().size()};
    constexpr std::size_t kSum = sizeof(std::uint64_t);
    if (whole.size() > 2 * kMostBytes || whole.size() < kMagic.size() + kSum || !whole.starts_with(kMagic))
      fail(Code::io, "the file is damaged, or another version's; it is written anew");
    Reader end(whole.substr(whole.size() - kSum));
    if (*end.number() != checksum64(whole.substr(0, whole.size() - kSum)))
      fail(Code::io, "the file is damaged; it is written anew");
    for (Reader in(whole.substr(kMagic.size(), whole.size() - kMagic.size() - kSum)); !in.at_end();) {
      const auto key = in.text();
      const auto used = in.number();
      const auto binary = in.text();
      if (!key || !used || !binary) fail(Code::io, "the file is damaged; it is written anew");
      entries.push_back({std::string(*key), as_bytes(*binary), *used});
    }
  } catch (const Error& error) {
    entries.clear();
    log(LogLevel::warning, "compiled OpenCL programs in ", file_.string(), " are not used: ", error.what());
  }
}

void ProgramCache::take_mark() {
  std::ifstream in(mark());
  if (!in) return;
  std::string crashed;
  std::getline(in, crashed);
  in.close();
  std::error_code none;
  std::filesystem::remove(mark(), none);
  if (Entry* entry = find(crashed)) {
    entry->binary.clear();
    changed_ = true;
    log(LogLevel::warning,
        "loading a compiled OpenCL program did not end: it is compiled from source from now on");
  }
}

ProgramCache::Entry* ProgramCache::find(const std::string& key) {
  const auto at =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return at == entries_.end() ? nullptr : &*at;
}

std::optional<Bytes> ProgramCache::begin_load(const std::string& key) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find(key);
  if (entry == nullptr || entry->binary.empty()) return std::nullopt;
  entry->used = ++clock_;
  std::ofstream out(mark(), std::ios::trunc);
  out << key << '\n';
  out.close();
  if (!out) {  // without a mark a crash would come back with every start
    if (!std::exchange(unmarked_, true))
      log(LogLevel::warning, "compiled OpenCL programs in ", file_.string(),
          " are not used, for its folder cannot be written: copy the file to one that can, or name another "
          "database");
    return std::nullopt;
  }
  return entry->binary;
}

void ProgramCache::end_load(const std::string& key, bool worked) {
  const std::lock_guard lock(mutex_);
  std::error_code none;
  std::filesystem::remove(mark(), none);
  if (worked) return;
  std::erase_if(entries_, [&](const Entry& e) { return e.key == key; });
  changed_ = true;
}

std::optional<Bytes> ProgramCache::recall(const std::string& key) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  entry->used = ++clock_;
  return entry->binary;
}

void ProgramCache::add(const std::string& key, Bytes binary) {
  if (file_.empty() || binary.empty()) return;
  const std::lock_guard lock(mutex_);
  if (find(key) != nullptr) return;
  entries_.push_back({key, std::move(binary), ++clock_});
  changed_ = true;
}

// Held by one process at a time; without it, where a file system has no locks, the last who saves wins.
Descriptor ProgramCache::locked_folder() const {
  Descriptor folder(::open(file_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::flock(folder.number(), LOCK_EX);
  return folder;
}

void ProgramCache::save() {
  const std::lock_guard lock(mutex_);
  if (!changed_ || file_.empty()) return;
  std::error_code none;
  std::filesystem::create_directories(file_.parent_path(), none);
  const Descriptor alone = locked_folder();
  std::vector<Entry> others;
  read(others);  // of another process, since this one read it
  for (Entry& e : others)
    if (find(e.key) == nullptr) entries_.push_back(std::move(e));
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.used > b.used; });
  std::string whole(kMagic);
  for (const Entry& e : entries_) {
    if (whole.size() + e.binary.size() > kMostBytes) continue;
    put(whole, e.key.size());
    whole += e.key;
    put(whole, e.used);
    put(whole, e.binary.size());
    whole += as_text(e.binary);
  }
  put(whole, checksum64(whole));
  const std::filesystem::path fresh = cat(file_.string(), ".", ::getpid());
  int error = 0;
  {
    errno = 0;
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    out.write(whole.data(), static_cast<std::streamsize>(whole.size()));
    out.close();
    if (!out) error = errno == 0 ? EIO : errno;
  }
  if (error == 0 && ::rename(fresh.c_str(), file_.c_str()) != 0) error = errno;
  if (error != 0) {
    std::filesystem::remove(fresh, none);
    log(LogLevel::warning, "compiled OpenCL programs cannot be kept in ", file_.string(), ": ",
        reason_of(error));
    return;
  }
  changed_ = false;
}

}  // namespace rt3d::kernels::cl
