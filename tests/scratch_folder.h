// A folder for one test, removed with everything in it.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "cli/parts/temporary_folder.h"

namespace rt3d::tests {

class ScratchFolder {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  // In memory where that is possible: the tests synchronise many files.
  static std::filesystem::path parent() {
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    const bool writable =
        std::filesystem::is_directory(memory, ignored) && ::access(memory.c_str(), W_OK) == 0;
    return writable ? memory : std::filesystem::temp_directory_path();
  }

  cli::TemporaryFolder folder_{parent(), "rt3d-test-"};
};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace rt3d::tests
