#include "tuner/db_statements.h"

#include <bit>
#include <limits>

#include "base/error.h"

namespace rt3d::tuner {
namespace {

// The columns that every statement reads or writes, in this order, and how an older version gives them.
struct Columns {
  std::int64_t version;
  const char* rows;
  const char* entries;
};
constexpr Columns kColumns[] = {
    {2,
     "device, threads, problem, family, version, schedule, time_ns, default_ns, rigor, disturbance, checksum",
     "device, problem, family, version, schedule, owner, deaths, begun_s, checksum"},
    {1, "device, threads, problem, family, version, schedule, time_ns, default_ns, rigor, 0.0, checksum",
     "device, problem, family, version, schedule, owner, 0, 0, checksum"},
};

constexpr const Columns& columns_of(std::int64_t version) {
  return version == kColumns[1].version ? kColumns[1] : kColumns[0];
}

constexpr std::string_view kIntentKey =
    "device = ?1 AND problem = ?2 AND family = ?3 AND version = ?4 AND schedule = ?5";

std::string rows_where(std::int64_t version, std::string_view condition) {
  return cat("SELECT ", columns_of(version).rows, " FROM schedule", condition);
}
std::string entries_where(std::int64_t version, std::string_view condition) {
  return cat("SELECT ", columns_of(version).entries, " FROM intent", condition);
}

bool int_from(std::int64_t value, int& out) {
  out = static_cast<int>(value);
  return value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max();
}

}  // namespace

Queries::Queries(Connection& db, std::int64_t v)
    : find(db, rows_where(v, " WHERE device = ?1 AND threads = ?2 AND problem = ?3")),
      all(db, rows_where(v, "")),
      journal(db, entries_where(v, " WHERE device = ?1 AND problem = ?2")),
      entries(db, entries_where(v, "")) {}

Changes::Changes(Connection& db)
    : find_row(db, rows_where(kSchemaVersion,
                              " WHERE device = ?1 AND threads = ?2 AND problem = ?3 AND family = ?4")),
      put_row(db, cat("INSERT OR REPLACE INTO schedule (", kColumns[0].rows,
                      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")),
      find_entry(db, entries_where(kSchemaVersion, cat(" WHERE ", kIntentKey))),
      put_entry(db, cat("INSERT OR REPLACE INTO intent (", kColumns[0].entries,
                        ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")),
      delete_entry(db, cat("DELETE FROM intent WHERE ", kIntentKey)) {}

bool read_row(const Statement& s, Row& row) {
  row.device = s.text(0);
  row.problem = s.text(2);
  row.family = s.text(3);
  row.schedule = s.text(5);
  row.time_ns = s.real(6);
  row.default_ns = s.real(7);
  row.disturbance = s.real(9);
  const bool numbers = int_from(s.integer(1), row.threads) && int_from(s.integer(4), row.version) &&
                       int_from(s.integer(8), row.rigor);
  return numbers && storable(row) && std::bit_cast<std::uint64_t>(s.integer(10)) == checksum(row);
}

bool read_entry(const Statement& s, JournalEntry& entry) {
  entry.intent = {s.text(0), s.text(1), s.text(2), 0, s.text(4)};
  entry.owner = s.text(5);
  entry.begun_s = s.integer(7);
  const bool numbers = int_from(s.integer(3), entry.intent.version) && int_from(s.integer(6), entry.deaths);
  return numbers && storable(entry.intent) && std::bit_cast<std::uint64_t>(s.integer(8)) == checksum(entry);
}

void bind_row(Statement& s, const Row& row) {
  s.bind(1, row.device).bind(2, std::int64_t{row.threads}).bind(3, row.problem).bind(4, row.family);
  s.bind(5, std::int64_t{row.version}).bind(6, row.schedule).bind(7, row.time_ns).bind(8, row.default_ns);
  s.bind(9, std::int64_t{row.rigor}).bind(10, row.disturbance);
  s.bind(11, std::bit_cast<std::int64_t>(checksum(row)));
}

void bind_intent(Statement& s, const Intent& intent) {
  s.bind(1, intent.device).bind(2, intent.problem).bind(3, intent.family);
  s.bind(4, std::int64_t{intent.version}).bind(5, intent.schedule);
}

void bind_entry(Statement& s, const JournalEntry& entry) {
  bind_intent(s, entry.intent);
  s.bind(6, entry.owner).bind(7, std::int64_t{entry.deaths}).bind(8, entry.begun_s);
  s.bind(9, std::bit_cast<std::int64_t>(checksum(entry)));
}

}  // namespace rt3d::tuner
