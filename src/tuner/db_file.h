// The tuning database's file: opening and checking it, and what is read from it and written to it. All
// functions throw SqliteError, or bad_alloc, and nothing else; what to do about it is decided in kept_file.cpp.
// Not thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "tuner/db_statements.h"
#include "tuner/file_lock.h"
#include "tuner/sqlite.h"
#include "tuner/tuning_db.h"

namespace rt3d::tuner {

class DbFile {
 public:
  enum class Use {
    frozen,  // as it lies there, without locks or journal: where nothing can be written beside it
    read,    // nothing is stored
    write,   // an existing file is read and written
    create,  // likewise, and created with its folders when missing or empty
  };

  // Null when there is no database yet and `use` is not create.
  static std::unique_ptr<DbFile> open(const std::filesystem::path& path, Use use);

  // Renames a corrupt database of ours to <name>.corrupt-N, where N is free; false when another process uses
  // it, the folder cannot be written, or too many lie there. True with an empty `moved_to`: it is sound by
  // now.
  static bool move_aside(const std::filesystem::path& path, std::filesystem::path& moved_to);

  bool writable() const { return writable_; }
  // Whether the file that was opened still lies at its path: what a removed or replaced one holds, nobody finds.
  bool in_place() const;
  std::vector<Row> find(const std::string& device, int threads, const std::string& problem);
  std::vector<Row> all();
  // In one transaction; returns what became of each row.
  std::vector<Fate> store(std::span<const NewRow> new_rows);

  void try_write();  // throws where nothing can be stored

  // The journal (journal.h).
  void begin(const Intent& intent);
  void end(const Intent& intent);
  std::vector<Intent> quarantined(const std::string& device, const std::string& problem);

  std::int64_t damaged_rows() const { return damaged_rows_; }  // seen and ignored so far

 private:
  DbFile(const std::filesystem::path& at, Use use);
  bool initialise(Use use);
  void prepare_to_write(std::int64_t steps);
  bool verified(bool good);  // counts the others

 public:
  ~DbFile();

 private:
  std::filesystem::path at_;
  FileId id_;
  std::unique_ptr<FileLock> lock_;  // outlives the connection
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Queries> queries_;
  std::unique_ptr<Changes> changes_;  // where it is writable
  bool writable_ = false;
  bool forgotten_ = false;  // old entries of the journal
  bool has_log_ = false;    // or cannot have one
  std::int64_t damaged_rows_ = 0;
};

}  // namespace rt3d::tuner
