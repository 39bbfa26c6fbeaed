// Whose file a database is, and how it gets the newest schema: by being created, or by an upgrade that keeps every
// valid row. All functions throw SqliteError and nothing else.
#pragma once

#include <cstdint>

#include "tuner/sqlite.h"

namespace rt3d::tuner {

// What the header says, read in one transaction: another process may be creating the schema just now.
struct Identity {
  std::int64_t application = 0;
  std::int64_t version = 0;
  bool empty = false;
};
Identity identify(Connection& db);

// Of an empty file.
void create_schema(Connection& db);
// Of an older file, in one transaction.
void upgrade_schema(Connection& db);

// Throws foreign, newer or corrupt, unless it is a database of RT3D in a version that can be read.
void require_readable(const Identity& identity);

}  // namespace rt3d::tuner
