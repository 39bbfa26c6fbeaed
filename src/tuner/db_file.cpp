#include "tuner/db_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

#include "base/error.h"
#include "tuner/db_schema.h"
#include "tuner/db_statements.h"

namespace rt3d::tuner {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxMovedAside = 8;

fs::path beside(const fs::path& path, const char* suffix) {
  fs::path other = path;
  other += suffix;
  return other;
}

Connection::Access access_of(const fs::path& path, DbFile::Use use) {
  if (use == DbFile::Use::create) return Connection::Access::create;
  if (use == DbFile::Use::frozen) return Connection::Access::read_only_media;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const bool folder_writable = ::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0;
  return folder_writable ? Connection::Access::existing : Connection::Access::read_only_media;
}

}  // namespace

DbFile::~DbFile() {
  changes_.reset();
  queries_.reset();
  connection_.reset();
}

std::unique_ptr<DbFile> DbFile::open(const fs::path& path, Use use) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
      throw SqliteError(Fault::other, error.message());
    if (use != Use::create) return nullptr;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (error) throw SqliteError(Fault::other, cat("create its folder: ", error.message()));
  } else if (!fs::is_regular_file(status)) {
    throw SqliteError(Fault::other, "it is not a regular file");
  }
  std::unique_ptr<DbFile> file(new DbFile(path, use));
  if (!file->initialise(use)) return nullptr;
  return file;
}

DbFile::DbFile(const fs::path& path, Use use) {
  const bool writes = use == Use::write || use == Use::create;
  if (writes) {
    lock_ = std::make_unique<FileLock>(beside(path, ".lock"));
    if (!lock_->share()) throw SqliteError(Fault::busy, "another process is replacing it");
  }
  connection_ = std::make_unique<Connection>(path, access_of(path, use));
  writable_ = writes && !connection_->read_only();
}

// Whose file this is decides before anything is written to it. False: an empty file, and nothing may be
// created.
bool DbFile::initialise(Use use) {
  Connection& db = *connection_;
  Identity identity = identify(db);
  if (identity.empty) {
    if (use != Use::create) return false;
    create_schema(db);
    identity = identify(db);
  }
  require_readable(identity);
  if (writable_ && identity.version < kSchemaVersion) {
    upgrade_schema(db);
    identity = identify(db);
  }
  db.checkpoint_at_close(true);
  const bool wal = db.text("PRAGMA journal_mode") == "wal";
  db.execute(wal ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
  if (!writable_) db.execute("PRAGMA query_only = ON");
  queries_ = std::make_unique<Queries>(db, identity.version);
  if (writable_) changes_ = std::make_unique<Changes>(db);
  return true;
}

bool DbFile::move_aside(const fs::path& path, fs::path& moved_to) {
  FileLock lock(beside(path, ".lock"));
  if (!lock.own()) return false;
  try {
    const std::unique_ptr<DbFile> file = open(path, Use::read);  // another process may have replaced it since
    if (file == nullptr || file->connection_->text("PRAGMA quick_check(1)") == "ok") return true;
  } catch (const SqliteError& error) {
    if (error.fault() != Fault::corrupt) return false;
  }
  std::error_code error;
  int number = 1;
  while (number < kMaxMovedAside && fs::exists(beside(path, cat(".corrupt-", number).c_str()), error))
    ++number;
  moved_to = beside(path, cat(".corrupt-", number).c_str());
  fs::rename(path, moved_to, error);
  if (error) return false;
  for (const char* suffix : {"-wal", "-journal"})
    fs::rename(beside(path, suffix), beside(moved_to, suffix), error);
  fs::remove(beside(path, "-shm"), error);
  return true;
}

std::vector<Row> DbFile::find(const std::string& device, int threads, const std::string& problem) {
  Statement& s = queries_->find;
  const ResetAtEnd reset(s);
  s.bind(1, device).bind(2, std::int64_t{threads}).bind(3, problem);
  std::vector<Row> rows;
  Row row;
  while (s.step())
    if (verified(read_row(s, row)) && row.device == device && row.threads == threads &&
        row.problem == problem)
      rows.push_back(row);
  return rows;
}

std::vector<Row> DbFile::all() {
  Statement& s = queries_->all;
  const ResetAtEnd reset(s);
  std::vector<Row> rows;
  Row row;
  while (s.step())
    if (verified(read_row(s, row))) rows.push_back(row);
  return rows;
}

std::int64_t DbFile::store(std::span<const Row> rows, bool always) {
  WriteTransaction transaction(*connection_);
  std::int64_t taken = 0;
  for (const Row& row : rows) {
    if (!always) {
      Row existing;
      Statement& s = changes_->find_row;
      const ResetAtEnd reset(s);
      s.bind(1, row.device).bind(2, std::int64_t{row.threads}).bind(3, row.problem).bind(4, row.family);
      if (s.step() && verified(read_row(s, existing)) && key_of(existing) == key_of(row) &&
          !replaces(row, existing))
        continue;
    }
    const ResetAtEnd reset(changes_->put_row);
    bind_row(changes_->put_row, row);
    changes_->put_row.step();
    ++taken;
  }
  transaction.commit();
  return taken;
}

void DbFile::begin(const Intent& intent) {
  const JournalEntry entry{.intent = intent, .owner = process_owner()};
  WriteTransaction transaction(*connection_);
  {
    const ResetAtEnd reset(changes_->put_entry);
    bind_entry(changes_->put_entry, entry);
    changes_->put_entry.step();
  }
  transaction.commit();
}

void DbFile::end(const Intent& intent) {
  WriteTransaction transaction(*connection_);
  {
    const ResetAtEnd reset(changes_->delete_entry);
    bind_intent(changes_->delete_entry, intent);
    changes_->delete_entry.step();
  }
  transaction.commit();
}

std::vector<Intent> DbFile::abandoned(const std::string& device, const std::string& problem) {
  Statement& s = queries_->journal;
  const ResetAtEnd reset(s);
  s.bind(1, device).bind(2, problem);
  std::vector<Intent> intents;
  JournalEntry entry;
  while (s.step())
    if (verified(read_entry(s, entry)) && !owner_lives(entry.owner)) intents.push_back(entry.intent);
  return intents;
}

bool DbFile::verified(bool good) {
  if (!good) ++damaged_rows_;
  return good;
}

}  // namespace rt3d::tuner
