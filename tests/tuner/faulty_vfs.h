// SQLite's door to the file system, with calls that fail. While a FaultyVfs lives it is the process's default: the library opens its
// databases through it without knowing. Not thread-safe where it is armed or asked; SQLite may call from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace rt3d::tests {

enum class IoCall : std::uint8_t {
  open,
  remove,
  access,
  read,
  write,
  truncate,
  sync,
  size,
  lock,
  unlock,
  check_lock,
  map_shared,
  lock_shared,
};

// A way to fail: what SQLite is told by which call.
struct IoFault {
  const char* what;
  IoCall call;
  int result;        // SQLITE_IOERR_…
  bool busy;         // somebody else's lock, which may go away
  bool looks_short;  // as if the file ended there: nothing tells it from a damaged file
};
std::span<const IoFault> io_faults();

class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  // The n-th such call from now on fails (n from 1), and with `for_ever` all that follow.
  void arm(const IoFault& fault, int n, bool for_ever);
  // Returns how many calls failed.
  int disarm();
};

}  // namespace rt3d::tests
