#include "tuner/db_schema.h"

#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "tuner/db_statements.h"
#include "tuner/journal.h"
#include "tuning_db/schema.h"

namespace rt3d::tuner {
namespace {

constexpr std::int64_t kUpgradeSteps = 10'000'000;  // a hundred a row, and that of 100,000 rows

constexpr std::int64_t kApplicationId = 0x52543344;  // "RT3D", as in tuning_db/schema.sql

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

SqliteError foreign(std::int64_t application) {
  return {Fault::foreign, cat("it belongs to another program (application id ", application, ")")};
}

struct Contents {
  std::vector<Row> rows;
  std::vector<JournalEntry> entries;
};

Contents read_all(Connection& db, std::int64_t version) {
  Queries queries(db, version);
  Contents contents;
  std::int64_t damaged = 0;
  contents.rows = scan_rows(queries.all, damaged);
  JournalEntry entry;
  while (queries.entries.step()) {
    if (!read_entry(queries.entries, entry)) continue;
    if (entry.begun_s == 0) entry.begun_s = seconds_now();
    contents.entries.push_back(entry);
  }
  return contents;
}

void write_all(Connection& db, const Contents& contents) {
  Changes changes(db);
  for (const Row& row : contents.rows) {
    const ResetAtEnd reset(changes.put_row);
    bind_row(changes.put_row, row);
    changes.put_row.step();
  }
  for (const JournalEntry& entry : contents.entries) {
    const ResetAtEnd reset(changes.put_entry);
    bind_entry(changes.put_entry, entry);
    changes.put_entry.step();
  }
}

}  // namespace

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

void restore_wal(Connection& db) {
  if (db.text("PRAGMA journal_mode") == "wal") return;
  try {
    db.text("PRAGMA journal_mode = WAL");
  } catch (const SqliteError& error) {
    if (error.fault() != Fault::busy) throw;
  }
}

// The schema comes before the journal mode: so the file itself says whose it is from its first byte on, and
// not only its write-ahead log.
void create_schema(Connection& db) {
  {
    WriteTransaction transaction(db);
    if (db.integer("PRAGMA user_version") == 0) db.execute(std::string(kSchemaSql).c_str());
    transaction.commit();
  }
  set_wal(db);
}

Header header_of(const Connection& db) {
  using namespace std::string_view_literals;
  constexpr std::string_view kMagic = "SQLite format 3\0"sv;
  constexpr std::size_t kApplicationAt = 68, kHeaderBytes = 100;
  const std::string bytes = db.first_bytes(kHeaderBytes);
  if (bytes.empty()) return Header::empty;
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic))
    throw SqliteError(Fault::foreign, "it is no SQLite database");
  std::uint32_t application = 0;
  for (std::size_t i = 0; i < 4; ++i)
    application = application << 8 | static_cast<unsigned char>(bytes[kApplicationAt + i]);
  if (application == kApplicationId) return Header::ours;
  if (application != 0) throw foreign(application);
  return Header::unknown;
}

void upgrade_schema(Connection& db) {
  WriteTransaction transaction(db);
  const std::int64_t version = db.integer("PRAGMA user_version");
  if (version < kSchemaVersion) {  // else another process was faster
    db.allow(kUpgradeSteps, Fault::costly);
    if (db.text("PRAGMA quick_check(1)") != "ok")  // dropping a table of such a tree may never end
      throw SqliteError(Fault::corrupt, "its pages contradict each other");
    const Contents contents = read_all(db, version);
    db.execute("DROP TABLE schedule; DROP TABLE intent");
    db.execute(std::string(kSchemaSql).c_str());
    write_all(db, contents);
  }
  transaction.commit();
}

void require_readable(const Identity& identity) {
  if (identity.application != kApplicationId) throw foreign(identity.application);
  if (identity.version > kSchemaVersion)
    throw SqliteError(Fault::newer,
                      cat("its schema version ", identity.version, " is newer than ", kSchemaVersion));
  if (identity.version < 1)
    throw SqliteError(Fault::corrupt, cat("schema version ", identity.version, " never existed"));
}

}  // namespace rt3d::tuner
