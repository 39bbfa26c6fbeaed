#include "tuner/db_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "tuner/db_place.h"
#include "tuner/db_schema.h"
#include "tuner/db_statements.h"
#include "tuner/journal.h"

namespace rt3d::tuner {
namespace {

namespace fs = std::filesystem;

constexpr int kMostAside =
    64;  // damaged files beside the database: more show a fault that moving does not mend
constexpr std::size_t kMostFamilies = 1024;    // rows of one problem
constexpr std::int64_t kLookupSteps = 50'000;  // one problem's rows take some hundred
constexpr std::int64_t kStoreSteps = 2'000;    // for each row stored, which takes some fifty

Connection::Access access_of(const fs::path& path, DbFile::Use use) {
  if (use == DbFile::Use::create) return Connection::Access::create;
  if (use == DbFile::Use::frozen) return Connection::Access::read_only_media;
  const bool folder_writable = ::faccessat(AT_FDCWD, path.parent_path().c_str(), W_OK, AT_EACCESS) == 0;
  return folder_writable ? Connection::Access::existing : Connection::Access::read_only_media;
}

void synchronise_as_needed(Connection& db) {
  const bool wal = db.text("PRAGMA journal_mode") == "wal";
  db.execute(wal ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
}

}  // namespace

DbFile::~DbFile() {
  // Closing would remove a journal by its name, which is another file's by now.
  if (connection_ && !in_place()) connection_->checkpoint_at_close(false);
  changes_.reset();
  queries_.reset();
  connection_.reset();
}

std::unique_ptr<DbFile> DbFile::open(const fs::path& path, Use use) {
  const fs::path at = resolved(path);
  if (!may_be_opened(at)) {
    if (use != Use::create) return nullptr;
    std::error_code error;
    fs::create_directories(at.parent_path(), error);
    throw_if_no_memory(error);
    if (error) throw SqliteError(Fault::other, cat("create its folder: ", error.message()));
  }
  std::unique_ptr<DbFile> file(new DbFile(at, use));
  const Header header = header_of(*file->connection_);
  // SQLite would roll it back; but it is another program's: ours keeps a write-ahead log from its first rows on.
  if (header == Header::unknown && bytes_of(beside(at, "-journal")) > 0)
    throw SqliteError(Fault::foreign, "it has an unfinished change of another program");
  try {
    if (!file->initialise(use)) return nullptr;
  } catch (const SqliteError& error) {
    if (error.fault() == Fault::corrupt && header != Header::ours)
      throw SqliteError(Fault::foreign, error.what());
    throw;
  }
  return file;
}

DbFile::DbFile(const fs::path& at, Use use) : at_(at) {
  const bool writes = use == Use::write || use == Use::create;
  if (writes) {
    lock_ = std::make_unique<FileLock>(beside(at, ".lock"));
    if (!lock_->share()) throw SqliteError(Fault::busy, "another process is replacing it");
  }
  connection_ = std::make_unique<Connection>(at, access_of(at, use));
  id_ = file_id(at).value_or(id_);
  writable_ = writes && !connection_->read_only();
}

bool DbFile::in_place() const {
  const std::optional<FileId> id = file_id(at_);
  return id ? *id == id_ : errno != ENOENT && errno != ENOTDIR;
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
  synchronise_as_needed(db);
  if (!writable_) db.execute("PRAGMA query_only = ON");
  queries_ = std::make_unique<Queries>(db, identity.version);
  if (writable_) changes_ = std::make_unique<Changes>(db);
  return true;
}

bool DbFile::move_aside(const fs::path& path, fs::path& moved_to) {
  const fs::path at = resolved(path);
  FileLock lock(beside(at, ".lock"));
  if (!lock.own()) return false;
  try {
    const std::unique_ptr<DbFile> file = open(at, Use::read);  // another process may have replaced it since
    if (file == nullptr) return true;
    file->connection_->allow(kScanSteps, Fault::corrupt);
    if (file->connection_->text("PRAGMA quick_check(1)") == "ok") return true;
  } catch (const SqliteError& error) {
    if (error.fault() != Fault::corrupt) return false;  // not ours to move
  }
  if (!has_ample_memory()) return false;
  // Nothing is overwritten, and nobody else moves anything meanwhile: the lock is ours.
  std::error_code error;
  const auto free = [&](const fs::path& to) {
    return fs::symlink_status(to, error).type() == fs::file_type::not_found;
  };
  constexpr const char* kJournals[] = {"-wal", "-journal"};
  for (int number = 1; number <= kMostAside; ++number) {
    const fs::path to = beside(at, cat(".corrupt-", number));
    if (!free(to) || !free(beside(to, kJournals[0])) || !free(beside(to, kJournals[1]))) continue;
    fs::rename(at, to, error);
    if (error) return false;
    moved_to = to;
    for (const char* suffix : kJournals) fs::rename(beside(at, suffix), beside(to, suffix), error);
    fs::remove(beside(at, "-shm"), error);
    return true;
  }
  return false;
}

// Before a first change: who only looks something up changes no byte.
void DbFile::prepare_to_write(std::int64_t steps) {
  connection_->allow(steps, Fault::corrupt);
  if (std::exchange(has_log_, true)) return;
  restore_wal(*connection_);
  synchronise_as_needed(*connection_);
}

void DbFile::try_write() {
  prepare_to_write(kLookupSteps);
  const WriteTransaction transaction(*connection_);
}

std::vector<Row> DbFile::find(const std::string& device, int threads, const std::string& problem) {
  connection_->allow(kLookupSteps, Fault::corrupt);
  Statement& s = queries_->find;
  const ResetAtEnd reset(s);
  s.bind(1, device).bind(2, std::int64_t{threads}).bind(3, problem);
  std::vector<Row> rows;
  Row row;
  while (s.step()) {
    if (!verified(read_row(s, row))) continue;
    if (row.device != device || row.threads != threads || row.problem != problem) continue;
    if (rows.size() == kMostFamilies || (!rows.empty() && !(rows.back().family < row.family)))
      throw SqliteError(Fault::corrupt, "a problem's rows are not in order");
    rows.push_back(row);
  }
  return rows;
}

std::vector<Row> DbFile::all() {
  connection_->allow(kScanSteps, Fault::costly);
  return scan_rows(queries_->all, damaged_rows_);
}

std::vector<Fate> DbFile::store(std::span<const NewRow> new_rows) {
  prepare_to_write(kLookupSteps + kStoreSteps * static_cast<std::int64_t>(new_rows.size()));
  WriteTransaction transaction(*connection_);
  std::vector<Fate> fates;
  fates.reserve(new_rows.size());
  for (const NewRow& new_row : new_rows) {
    const Row& row = new_row.row;
    Fate& fate = fates.emplace_back(Fate::added);
    {
      Row existing;
      Statement& s = changes_->find_row;
      const ResetAtEnd reset(s);
      s.bind(1, row.device).bind(2, std::int64_t{row.threads}).bind(3, row.problem).bind(4, row.family);
      if (s.step() && verified(read_row(s, existing)) && key_of(existing) == key_of(row))
        fate = fate_of(new_row, existing);
    }
    if (fate == Fate::unchanged) continue;
    const ResetAtEnd reset(changes_->put_row);
    bind_row(changes_->put_row, row);
    changes_->put_row.step();
  }
  transaction.commit();
  return fates;
}

void DbFile::begin(const Intent& intent) {
  prepare_to_write(kLookupSteps);
  WriteTransaction transaction(*connection_);
  const std::int64_t now_s = seconds_now();
  if (!std::exchange(forgotten_, true)) {
    const ResetAtEnd reset(changes_->forget);
    changes_->forget.bind(1, forgotten_before(now_s));
    changes_->forget.step();
  }
  std::optional<JournalEntry> before;
  {
    Statement& s = changes_->find_entry;
    const ResetAtEnd reset(s);
    bind_intent(s, intent);
    if (s.step() && !verified(read_entry(s, before.emplace()))) before.reset();
  }
  const JournalEntry entry = entry_of(intent, before, now_s);
  {
    const ResetAtEnd reset(changes_->put_entry);
    bind_entry(changes_->put_entry, entry);
    changes_->put_entry.step();
  }
  transaction.commit();
}

void DbFile::end(const Intent& intent) {
  prepare_to_write(kLookupSteps);
  WriteTransaction transaction(*connection_);
  {
    const ResetAtEnd reset(changes_->delete_entry);
    bind_intent(changes_->delete_entry, intent);
    changes_->delete_entry.step();
  }
  transaction.commit();
}

std::vector<Intent> DbFile::quarantined(const std::string& device, const std::string& problem) {
  connection_->allow(kLookupSteps, Fault::corrupt);
  Statement& s = queries_->journal;
  const ResetAtEnd reset(s);
  s.bind(1, device).bind(2, problem);
  const std::int64_t now_s = seconds_now();
  std::vector<Intent> intents;
  JournalEntry entry;
  while (s.step())
    if (verified(read_entry(s, entry)) && quarantines(entry, now_s)) intents.push_back(entry.intent);
  return intents;
}

bool DbFile::verified(bool good) {
  if (!good) ++damaged_rows_;
  return good;
}

}  // namespace rt3d::tuner
