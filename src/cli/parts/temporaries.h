// Files and folders that must not outlive the program: whoever makes one names it here until it is gone, and what ends
// the program early (interruption.h) removes those that are left. Any thread may call.
#pragma once

#include <filesystem>
#include <mutex>
#include <set>
#include <system_error>

namespace rt3d::cli {

class Temporaries {
 public:
  // `create` makes one and gives its path, an empty one when it could not.
  template <typename Create>
  static std::filesystem::path make(const Create& create) {
    const std::lock_guard lock(state().mutex);  // or the program might end between the two
    std::filesystem::path path = create();
    if (!path.empty()) state().paths.insert(path);
    return path;
  }
  static void drop(const std::filesystem::path& path) {
    const std::lock_guard lock(state().mutex);
    state().paths.erase(path);
  }
  // For the end of the program: nothing is made or dropped any more, who tries waits. Other threads may still be writing: a folder
  // is emptied until it stays empty.
  static void remove_all_and_stay() {
    state().mutex.lock();
    for (const std::filesystem::path& path : state().paths) {
      std::error_code ignored;
      for (int tries = 0; tries < kTries && std::filesystem::exists(path, ignored); ++tries)
        std::filesystem::remove_all(path, ignored);
    }
  }

 private:
  static constexpr int kTries = 100;
  struct State {
    std::mutex mutex;
    std::set<std::filesystem::path> paths;
  };
  static State& state() {
    static State& kept = *new State;  // never destroyed: threads may outlive main()
    return kept;
  }
};

}  // namespace rt3d::cli
