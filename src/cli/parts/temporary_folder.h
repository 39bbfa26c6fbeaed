// A folder of its own, only its owner's, that is gone with everything in it when the object is, or when the program is
// interrupted.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "cli/parts/failure.h"
#include "cli/parts/temporaries.h"

namespace rt3d::cli {

class TemporaryFolder {
 public:
  // In `parent`, with a name that begins with `prefix`; throws Failure where none can be created.
  TemporaryFolder(const std::filesystem::path& parent, const std::string& prefix) {
    std::string name = (parent / (prefix + std::string(6, 'X'))).string();  // mkdtemp replaces these six
    path_ = Temporaries::make([&] { return mkdtemp(name.data()) == nullptr ? std::string() : name; });
    if (path_.empty())
      throw Failure("cannot create a folder in " + parent.string() + ": " + std::strerror(errno) +
                    ": set TMPDIR to a folder that can be written");
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    Temporaries::drop(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rt3d::cli
