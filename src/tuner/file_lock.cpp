#include "tuner/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "base/error.h"

namespace rt3d::tuner {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream in(path);
  in.exceptions(std::ios_base::badbit);  // no memory for the line is not an empty line
  std::string line;
  std::getline(in, line);
  return line;
}

// Field 22 of /proc/<pid>/stat: clock ticks between boot and the process's start. "" when there is no such
// process.
std::string start_time(const std::string& pid) {
  const std::string stat = first_line(cat("/proc/", pid, "/stat"));
  const auto name_end = stat.rfind(')');  // the name before it may hold spaces
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 1));
  fields.exceptions(std::ios_base::badbit);
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  return field;
}

std::string owner_of(const std::string& pid) {
  const std::string started = start_time(pid);
  if (started.empty()) return {};
  return cat(first_line("/proc/sys/kernel/random/boot_id"), '/', pid, '/', started);
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool FileLock::share() {
  if (descriptor_ < 0) return true;
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (::flock(descriptor_, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

bool FileLock::own() {
  if (descriptor_ < 0) return false;
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  ::flock(descriptor_, LOCK_SH | LOCK_NB);
  return false;
}

std::string process_owner() {
  // Asked anew after a fork: the child is another process.
  static std::mutex mutex;
  static pid_t pid = 0;
  static std::string owner;
  const std::lock_guard lock(mutex);
  if (pid != ::getpid()) {
    const pid_t now = ::getpid();
    owner = owner_of(std::to_string(now));
    if (owner.empty()) owner = cat("unknown/", now, "/0");
    pid = now;
  }
  return owner;
}

bool owner_lives(const std::string& owner) {
  if (owner == process_owner()) return true;
  const auto first = owner.find('/');
  const auto second = owner.find('/', first + 1);
  if (first == std::string::npos || second == std::string::npos) return false;
  const std::string pid = owner.substr(first + 1, second - first - 1);
  if (pid.empty() || pid.find_first_not_of("0123456789") != std::string::npos) return false;
  return owner_of(pid) == owner;
}

}  // namespace rt3d::tuner
