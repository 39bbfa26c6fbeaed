// A thin door to SQLite: one connection, prepared statements, and one exception that never leaves the tuner.
// Connections are set up for files that may be damaged or hostile: no triggers, views, extensions, ATTACH or
// memory mapping, low limits. Not thread-safe: the owner locks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace rt3d::tuner {

// How an operation on the file failed, as far as that decides what to do next.
enum class Fault {
  busy,      // locked by another connection for longer than the busy timeout
  readonly,  // may be read, not written
  full,      // the disk is full or the file may not grow
  corrupt,   // damaged
  foreign,   // no database, or one of another program
  newer,     // a schema version that this library does not know
  costly,    // larger than any of ours, or more work to read
  other,     // cannot be opened, input/output error, out of memory
};

class SqliteError : public std::runtime_error {
 public:
  SqliteError(Fault fault, const std::string& text) : std::runtime_error(text), fault_(fault) {}
  Fault fault() const { return fault_; }

 private:
  Fault fault_;
};

// Whether there is more memory than a sound file of ours makes SQLite ask for at once: PRAGMA quick_check calls a page damaged for
// which there was none.
bool has_ample_memory();

class Connection {
 public:
  enum class Access { read_only_media, existing, create };

  // Throws SqliteError. read_only_media ignores locks and journals: for a file in a folder that cannot be
  // written.
  Connection(const std::filesystem::path& path, Access access);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // How many steps of SQLite's machine may follow until the next call: what takes more ends with `exceeded`.
  void allow(std::int64_t steps, Fault exceeded);
  // The file's first bytes as they lie there, at most `count`: read by SQLite, since opening and closing the
  // file beside it would drop the locks of this process.
  std::string first_bytes(int count) const;

  void execute(const char* sql);  // one or more statements without results
  std::int64_t integer(const char* sql);
  std::string text(const char* sql);
  bool read_only() const;
  // Whether closing may move the journal's contents into the file; off after opening, so that a file that is
  // not ours to change stays as it is.
  void checkpoint_at_close(bool enabled);

  [[noreturn]] void raise(int result, std::string_view attempt);
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  void harden();
  bool damaged();

  std::int64_t allowed_steps_ = 0, steps_left_ = 0;
  Fault exceeded_ = Fault::corrupt;
  std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement. Parameters are numbered from 1; bound text must stay alive until reset().
class Statement {
 public:
  Statement(Connection& connection, const std::string& sql);

  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  bool step();  // whether there is a row
  void reset();

  // The column's value; an empty or zero value when its stored type is another one.
  std::string text(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  Connection& connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// Resets a statement at the end of a scope, so that it holds no lock.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ~ResetAtEnd() { statement_.reset(); }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  Statement& statement_;
};

// BEGIN IMMEDIATE … COMMIT; rolls back when it is left without commit().
class WriteTransaction {
 public:
  explicit WriteTransaction(Connection& connection);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace rt3d::tuner
