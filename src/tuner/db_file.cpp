#include "tuner/db_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <limits>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "tuner/row.h"
#include "tuning_db/schema.h"

namespace rt3d::tuner {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kApplicationId = 0x52543344;  // "RT3D", as in tuning_db/schema.sql
constexpr std::int64_t kSchemaVersion = 1;
constexpr int kMaxMovedAside = 8;

#define RT3D_ROW_COLUMNS \
  "device, threads, problem, family, version, schedule, time_ns, default_ns, rigor, checksum"

constexpr char kFind[] =
    "SELECT " RT3D_ROW_COLUMNS " FROM schedule WHERE device = ?1 AND threads = ?2 AND problem = ?3";
constexpr char kFindOne[] =
    "SELECT " RT3D_ROW_COLUMNS
    " FROM schedule WHERE device = ?1 AND threads = ?2 AND problem = ?3 AND family = ?4";
constexpr char kAll[] = "SELECT " RT3D_ROW_COLUMNS " FROM schedule";
constexpr char kStore[] =
    "INSERT OR REPLACE INTO schedule (" RT3D_ROW_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr char kBegin[] =
    "INSERT OR REPLACE INTO intent (device, problem, family, version, schedule, owner, checksum) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr char kEnd[] =
    "DELETE FROM intent WHERE device = ?1 AND problem = ?2 AND family = ?3 AND version = ?4 AND schedule = "
    "?5";
constexpr char kIntents[] =
    "SELECT device, problem, family, version, schedule, owner, checksum FROM intent "
    "WHERE device = ?1 AND problem = ?2";

#undef RT3D_ROW_COLUMNS

fs::path beside(const fs::path& path, const char* suffix) {
  fs::path other = path;
  other += suffix;
  return other;
}

bool int_from(std::int64_t value, int& out) {
  out = static_cast<int>(value);
  return value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max();
}

Connection::Access access_of(const fs::path& path, DbFile::Use use) {
  if (use == DbFile::Use::create) return Connection::Access::create;
  if (use == DbFile::Use::frozen) return Connection::Access::read_only_media;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const bool folder_writable = ::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0;
  return folder_writable ? Connection::Access::existing : Connection::Access::read_only_media;
}

struct Identity {
  std::int64_t application = 0;
  std::int64_t version = 0;
  bool empty = false;
};

// In one read transaction: another process may be creating the schema just now.
Identity identify(Connection& db) {
  db.execute("BEGIN");
  Identity identity;
  identity.application = db.integer("PRAGMA application_id");
  identity.version = db.integer("PRAGMA user_version");
  identity.empty = identity.application == 0 && identity.version == 0 &&
                   db.integer("SELECT count(*) FROM sqlite_schema") == 0;
  db.execute("COMMIT");
  return identity;
}

// Changing the journal mode does not wait for other connections by itself. Where it is refused, the default
// mode stays.
void set_wal(Connection& db) {
  for (int attempt = 0;; ++attempt) {
    try {
      db.text("PRAGMA journal_mode = WAL");
      return;
    } catch (const SqliteError& error) {
      if (error.fault() != Fault::busy || attempt == 50) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void create_schema(Connection& db) {
  set_wal(db);
  WriteTransaction transaction(db);
  if (db.integer("PRAGMA user_version") == 0) db.execute(std::string(kSchemaSql).c_str());
  transaction.commit();
}

}  // namespace

struct DbFile::Statements {
  explicit Statements(Connection& c)
      : find(c, kFind),
        find_one(c, kFindOne),
        all(c, kAll),
        store(c, kStore),
        begin(c, kBegin),
        end(c, kEnd),
        intents(c, kIntents) {}
  Statement find, find_one, all, store, begin, end, intents;
};

DbFile::~DbFile() {
  statements_.reset();
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
  if (identity.application != kApplicationId)
    throw SqliteError(Fault::foreign,
                      cat("it belongs to another program (application id ", identity.application, ")"));
  const std::int64_t version = identity.version;
  if (version > kSchemaVersion)
    throw SqliteError(Fault::newer, cat("its schema version ", version, " is newer than ", kSchemaVersion));
  if (version < kSchemaVersion)
    throw SqliteError(Fault::corrupt, cat("schema version ", version, " never existed"));
  db.checkpoint_at_close(true);
  const bool wal = db.text("PRAGMA journal_mode") == "wal";
  db.execute(wal ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL");
  if (!writable_) db.execute("PRAGMA query_only = ON");
  statements_ = std::make_unique<Statements>(db);
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

bool DbFile::read_row(Statement& s, Row& row) {
  row.device = s.text(0);
  row.problem = s.text(2);
  row.family = s.text(3);
  row.schedule = s.text(5);
  row.time_ns = s.real(6);
  row.default_ns = s.real(7);
  const bool numbers = int_from(s.integer(1), row.threads) && int_from(s.integer(4), row.version) &&
                       int_from(s.integer(8), row.rigor);
  const bool good = numbers && storable(row) && std::bit_cast<std::uint64_t>(s.integer(9)) == checksum(row);
  if (!good) ++damaged_rows_;
  return good;
}

std::vector<Row> DbFile::find(const std::string& device, int threads, const std::string& problem) {
  Statement& s = statements_->find;
  const ResetAtEnd reset(s);
  s.bind(1, device).bind(2, std::int64_t{threads}).bind(3, problem);
  std::vector<Row> rows;
  Row row;
  while (s.step())
    if (read_row(s, row) && row.device == device && row.threads == threads && row.problem == problem)
      rows.push_back(row);
  return rows;
}

std::vector<Row> DbFile::all() {
  Statement& s = statements_->all;
  const ResetAtEnd reset(s);
  std::vector<Row> rows;
  Row row;
  while (s.step())
    if (read_row(s, row)) rows.push_back(row);
  return rows;
}

std::int64_t DbFile::store(std::span<const Row> rows) {
  WriteTransaction transaction(*connection_);
  std::int64_t taken = 0;
  for (const Row& row : rows) {
    Row existing;
    {
      Statement& s = statements_->find_one;
      const ResetAtEnd reset(s);
      s.bind(1, row.device).bind(2, std::int64_t{row.threads}).bind(3, row.problem).bind(4, row.family);
      if (s.step() && read_row(s, existing) && key_of(existing) == key_of(row) && !replaces(row, existing))
        continue;
    }
    Statement& s = statements_->store;
    const ResetAtEnd reset(s);
    s.bind(1, row.device).bind(2, std::int64_t{row.threads}).bind(3, row.problem).bind(4, row.family);
    s.bind(5, std::int64_t{row.version}).bind(6, row.schedule).bind(7, row.time_ns).bind(8, row.default_ns);
    s.bind(9, std::int64_t{row.rigor}).bind(10, std::bit_cast<std::int64_t>(checksum(row)));
    s.step();
    ++taken;
  }
  transaction.commit();
  return taken;
}

void DbFile::begin(const Intent& intent) {
  const std::string& owner = process_owner();
  WriteTransaction transaction(*connection_);
  Statement& s = statements_->begin;
  {
    const ResetAtEnd reset(s);
    s.bind(1, intent.device)
        .bind(2, intent.problem)
        .bind(3, intent.family)
        .bind(4, std::int64_t{intent.version});
    s.bind(5, intent.schedule).bind(6, owner).bind(7, std::bit_cast<std::int64_t>(checksum(intent, owner)));
    s.step();
  }
  transaction.commit();
}

void DbFile::end(const Intent& intent) {
  WriteTransaction transaction(*connection_);
  Statement& s = statements_->end;
  {
    const ResetAtEnd reset(s);
    s.bind(1, intent.device)
        .bind(2, intent.problem)
        .bind(3, intent.family)
        .bind(4, std::int64_t{intent.version});
    s.bind(5, intent.schedule);
    s.step();
  }
  transaction.commit();
}

std::vector<Intent> DbFile::abandoned(const std::string& device, const std::string& problem) {
  Statement& s = statements_->intents;
  const ResetAtEnd reset(s);
  s.bind(1, device).bind(2, problem);
  std::vector<Intent> intents;
  while (s.step()) {
    Intent intent{s.text(0), s.text(1), s.text(2), 0, s.text(4)};
    const std::string owner = s.text(5);
    const bool good = int_from(s.integer(3), intent.version) &&
                      std::bit_cast<std::uint64_t>(s.integer(6)) == checksum(intent, owner);
    if (!good)
      ++damaged_rows_;
    else if (!owner_lives(owner))
      intents.push_back(std::move(intent));
  }
  return intents;
}

}  // namespace rt3d::tuner
