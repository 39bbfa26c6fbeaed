// An advisory lock on a file beside the database: every process that has the database open holds it shared,
// and one that moves a damaged database aside holds it alone. (Locking the database itself would disturb
// SQLite's own locks.)
#pragma once

#include <filesystem>
#include <string>

namespace rt3d::tuner {

class FileLock {
 public:
  // Creates the lock file when it can; without one (a folder that cannot be written) the lock is never held.
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool share();  // false when somebody holds it alone for longer than a quarter of a second
  bool own();    // false when somebody else holds it; the shared lock is kept then

 private:
  int descriptor_ = -1;
};

// This process for as long as it lives: boot id, process id and start time. Empty when unknown.
std::string process_owner();
// Whether the process of that text is alive; texts that are not understood name dead processes.
bool owner_lives(const std::string& owner);

}  // namespace rt3d::tuner
