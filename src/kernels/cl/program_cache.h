// Compiled programs in a file of their own beside the tuning database, so that a warm load compiles nothing. The file may vanish, be damaged
// or be written by others at any time: then programs are built from source again. Who saves keeps what others have saved meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "kernels/cl/recipe.h"

namespace rt3d::kernels::cl {

class ProgramCache {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{64}
                                            << 20;  // of all binaries; the longest unused go first

  ProgramCache() = default;  // keeps nothing until it is opened
  void open(const std::filesystem::path& file);
  const std::filesystem::path& file() const { return file_; }  // the one at the end of links

  // What is compiled, with what, for which device and driver: of equal keys the binaries are the same.
  static std::string key(const KernelCode& code, const std::string& options, const std::string& device);

  // A driver that crashes on a binary takes the process with it. A mark beside the file says which one is being loaded; a mark that is
  // still there when a cache is opened names one that is not loaded again.
  std::optional<Bytes> begin_load(const std::string& key);
  void end_load(const std::string& key, bool worked);

  std::optional<Bytes> recall(const std::string& key);  // of what is no program: no driver crashes on it
  void add(const std::string& key, Bytes binary);
  // Writes what is new, by renaming a whole file. Errors are logged, and harm nothing.
  void save();

 private:
  struct Entry {
    std::string key;
    Bytes binary;            // empty: not to be loaded
    std::uint64_t used = 0;  // rank: what was used last has the largest
  };
  void read(std::vector<Entry>& entries) const;
  void take_mark();
  Entry* find(const std::string& key);
  std::filesystem::path mark() const;
  Descriptor locked_folder() const;

  std::mutex mutex_;
  std::filesystem::path file_;
  std::vector<Entry> entries_;
  std::uint64_t clock_ = 0;
  bool changed_ = false, unmarked_ = false;
};

}  // namespace rt3d::kernels::cl
