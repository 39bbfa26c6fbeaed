// A database's file over the life of its owner: opened at its first use, and what is done when it fails
// (db_remedies.h). What is wrong is logged once as a warning, and remembered. Not thread-safe: the owner
// locks.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tuner/db_file.h"

namespace rt3d::tuner {

class KeptFile {
 public:
  enum class Wish { read, write };
  enum class Outcome { done, no_file, failed };
  using Use = std::function<void(DbFile&)>;

  // An empty path: there is no file.
  KeptFile(const std::filesystem::path& path, bool may_write);

  // Calls `use` on the open file. Writing creates a missing one. Never throws because of the file.
  Outcome with(Wish wish, const Use& use);
  // Likewise, and waits longer for locks; throws where with() fails: "cannot <attempt> the tuning database
  // …".
  void require(Wish wish, std::string_view attempt, const Use& use);

  const std::filesystem::path& path() const { return path_; }  // as it was given
  bool may_write() const { return may_write_; }
  const std::string& trouble() const { return trouble_; }  // one line; "" when the file works
  void try_again() { busy_until_ = {}; }

 private:
  bool open_for(Wish wish);
  bool open_frozen();
  bool replace(std::string& did);
  void handle(const SqliteError& error);
  void say(const std::string& what, bool replaced_it);
  void note_damage();

  std::filesystem::path path_;
  std::filesystem::path at_;  // absolute: the current folder may change
  bool may_write_;
  std::unique_ptr<DbFile> file_;
  bool given_up_ = false;  // the file is not touched again
  bool writing_given_up_ = false;
  bool replaced_ = false;       // a corrupt file was replaced already: not twice
  bool throwing_ = false;       // what fails is told by an exception, not by the log
  Fault fault_ = Fault::other;  // the last one, and what SQLite or the system said about it
  std::string cause_;
  std::string trouble_;
  std::string logged_;  // the last trouble that was logged
  bool damage_logged_ = false;
  std::chrono::steady_clock::time_point busy_until_{};
};

}  // namespace rt3d::tuner
