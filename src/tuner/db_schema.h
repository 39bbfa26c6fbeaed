// Whose file a database is, and how it gets the newest schema: by being created, or by an upgrade that keeps
// every valid row. All functions throw SqliteError, or bad_alloc, and nothing else.
#pragma once

#include <cstdint>

#include "tuner/sqlite.h"

namespace rt3d::tuner {

// Whose file it is, as its first 100 bytes say; nothing is locked or recovered for it.
enum class Header {
  empty,    // no bytes at all
  ours,     // may be moved aside when it is damaged
  unknown,  // a database without an application id: ours where a write-ahead log completes it
};
Header header_of(const Connection& db);  // throws foreign for all others

// What the database says, log included, read in one transaction: another process may be creating the schema
// just now.
struct Identity {
  std::int64_t application = 0;
  std::int64_t version = 0;
  bool empty = false;
};
Identity identify(Connection& db);

// Of an empty file.
void create_schema(Connection& db);
// A process that was killed while it created the file may have left it without a write-ahead log: then a writer keeps readers waiting.
// Where others use it just now, it stays as it is.
void restore_wal(Connection& db);
// Of an older file, in one transaction.
void upgrade_schema(Connection& db);

// Throws foreign, newer or corrupt, unless it is a database of RT3D in a version that can be read.
void require_readable(const Identity& identity);

}  // namespace rt3d::tuner
