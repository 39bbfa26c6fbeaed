// The tuning database's SQL, and rows as columns: every row that is read is verified here. Not thread-safe.
#pragma once

#include <cstdint>

#include "tuner/row.h"
#include "tuner/sqlite.h"

namespace rt3d::tuner {

inline constexpr std::int64_t kSchemaVersion = 2;  // as in tuning_db/schema.sql

// What may be asked of a file of schema version 1 or newer. All give columns that read_row() and read_entry() take.
struct Queries {
  Queries(Connection& db, std::int64_t schema_version);
  Statement find;     // device, threads, problem
  Statement all;      // rows
  Statement journal;  // device, problem
  Statement entries;  // of the journal
};

// What changes a file of the newest version.
struct Changes {
  explicit Changes(Connection& db);
  Statement find_row;      // device, threads, problem, family
  Statement put_row;       // bind_row()
  Statement find_entry;    // bind_intent()
  Statement put_entry;     // bind_entry()
  Statement delete_entry;  // bind_intent()
};

// False: the row is damaged.
bool read_row(const Statement& statement, Row& row);
bool read_entry(const Statement& statement, JournalEntry& entry);

// What is bound must live until the statement is reset.
void bind_row(Statement& statement, const Row& row);
void bind_intent(Statement& statement, const Intent& intent);
void bind_entry(Statement& statement, const JournalEntry& entry);

}  // namespace rt3d::tuner
