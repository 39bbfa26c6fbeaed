#include "tuner/sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <new>

#include "base/error.h"

namespace rt3d::tuner {
namespace {

constexpr int kBusyTimeoutMs = 250;
constexpr int kStepsPerCheck = 500;
constexpr std::int64_t kOpeningSteps = 50'000;   // reading the schema takes some hundred
constexpr int kAmpleBytes = 1 << 20;             // at once; SQLITE_LIMIT_LENGTH and a page are 32 and 64 KiB
constexpr std::int64_t kCheckSteps = 1'000'000;  // looking at a whole tree before it is called damaged

struct FaultRow {
  int result;
  Fault fault;
};
constexpr FaultRow kFaults[] = {
    {SQLITE_IOERR_WRITE, Fault::full},   {SQLITE_IOERR_FSYNC, Fault::full},
    {SQLITE_IOERR_SHMSIZE, Fault::full}, {SQLITE_BUSY, Fault::busy},
    {SQLITE_LOCKED, Fault::busy},        {SQLITE_PROTOCOL, Fault::busy},
    {SQLITE_READONLY, Fault::readonly},  {SQLITE_PERM, Fault::readonly},
    {SQLITE_FULL, Fault::full},          {SQLITE_CORRUPT, Fault::corrupt},
    {SQLITE_NOTADB, Fault::corrupt},     {SQLITE_FORMAT, Fault::corrupt},
    {SQLITE_ERROR, Fault::corrupt},      {SQLITE_SCHEMA, Fault::corrupt},
    {SQLITE_MISMATCH, Fault::corrupt},   {SQLITE_CONSTRAINT, Fault::corrupt},
    {SQLITE_TOOBIG, Fault::corrupt},
};

// Our statements are fixed and right: an SQL error or a violated constraint means that the schema in the file
// is not ours.
Fault fault_of(int result) {
  for (const FaultRow& row : kFaults)
    if (row.result == result || row.result == (result & 0xff)) return row.fault;
  return Fault::other;
}

bool is_out_of_memory(int result) { return (result & 0xff) == SQLITE_NOMEM || result == SQLITE_IOERR_NOMEM; }

struct LimitRow {
  int which;
  int value;
};
constexpr LimitRow kLimits[] = {
    {SQLITE_LIMIT_LENGTH, 1 << 15},     {SQLITE_LIMIT_SQL_LENGTH, 1 << 14},
    {SQLITE_LIMIT_COLUMN, 32},          {SQLITE_LIMIT_EXPR_DEPTH, 16},
    {SQLITE_LIMIT_COMPOUND_SELECT, 2},  {SQLITE_LIMIT_FUNCTION_ARG, 4},
    {SQLITE_LIMIT_ATTACHED, 0},         {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 16},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 16}, {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

// file:<path>?immutable=1 with the characters that mean something in a URI escaped.
std::string immutable_uri(const std::filesystem::path& path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#')
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

}  // namespace

bool has_ample_memory() {
  void* room = sqlite3_malloc(kAmpleBytes);
  sqlite3_free(room);
  return room != nullptr;
}

void Connection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Connection::Connection(const std::filesystem::path& path, Access access) {
  const bool immutable = access == Access::read_only_media;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  flags |= immutable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
  if (access == Access::create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const std::string name = immutable ? immutable_uri(path) : path.string();
  const int result = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (handle == nullptr) throw std::bad_alloc();
  if (result != SQLITE_OK) raise(result, "open");
  harden();
}

void Connection::harden() {
  sqlite3* db = handle();
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyTimeoutMs);
  for (const LimitRow& row : kLimits) sqlite3_limit(db, row.which, row.value);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_progress_handler(
      db, kStepsPerCheck,
      [](void* self) {
        auto& left = static_cast<Connection*>(self)->steps_left_;
        left -= kStepsPerCheck;
        return left < 0 ? 1 : 0;
      },
      this);
  allow(kOpeningSteps, Fault::corrupt);
  checkpoint_at_close(false);
  execute("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
}

void Connection::checkpoint_at_close(bool enabled) {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, enabled ? 0 : 1, nullptr);
}

void Connection::allow(std::int64_t steps, Fault exceeded) {
  allowed_steps_ = steps_left_ = steps;
  exceeded_ = exceeded;
}

std::string Connection::first_bytes(int count) const {
  sqlite3_file* file = nullptr;
  sqlite3_int64 size = 0;
  if (sqlite3_file_control(handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
    throw SqliteError(Fault::other, "its size is not known");
  std::string bytes(static_cast<std::size_t>(std::min<sqlite3_int64>(size, count)), '\0');
  if (bytes.empty()) return bytes;
  if (file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), 0) != SQLITE_OK)
    throw SqliteError(Fault::other, "it cannot be read");
  return bytes;
}

// Whether a lack of memory was the file's fault: SQLite sees damage when it looks at all of the tree, or lacks memory again,
// although there is more than any sound file of ours asks for. With SQLite's own calls, since raise() asks.
bool Connection::damaged() {
  steps_left_ = kCheckSteps;
  sqlite3_stmt* check = nullptr;
  int result = sqlite3_prepare_v2(handle(), "PRAGMA quick_check(1)", -1, &check, nullptr);
  if (result == SQLITE_OK) result = sqlite3_step(check);
  const unsigned char* verdict = result == SQLITE_ROW ? sqlite3_column_text(check, 0) : nullptr;
  const bool found = verdict && std::string_view(reinterpret_cast<const char*>(verdict)) != "ok";
  sqlite3_finalize(check);
  const bool says_so = found || is_out_of_memory(result) || fault_of(result) == Fault::corrupt;
  return says_so && has_ample_memory();
}

void Connection::raise(int result, std::string_view attempt) {
  if (is_out_of_memory(result)) {
    // A damaged tree can make SQLite ask for gigabytes: the file's fault, not this machine's.
    if (damaged()) throw SqliteError(Fault::corrupt, cat(attempt, ": its tree is damaged"));
    throw std::bad_alloc();
  }
  if ((result & 0xff) == SQLITE_INTERRUPT)
    throw SqliteError(exceeded_, cat(attempt, ": more than ", allowed_steps_,
                                     " steps, so it is damaged or not one of ours"));
  throw SqliteError(fault_of(result), cat(attempt, ": ", sqlite3_errmsg(handle()), " (", result, ")"));
}

void Connection::execute(const char* sql) {
  const int result = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) raise(result, "execute");
}

std::int64_t Connection::integer(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::text(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.text(0) : "";
}

bool Connection::read_only() const { return sqlite3_db_readonly(handle(), "main") == 1; }

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Statement::Statement(Connection& connection, const std::string& sql) : connection_(connection) {
  sqlite3_stmt* handle = nullptr;
  const int result =
      sqlite3_prepare_v3(connection.handle(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) connection.raise(result, "prepare");
}

Statement& Statement::bind(int index, std::string_view text) {
  const int result =
      sqlite3_bind_text(handle_.get(), index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  if (result != SQLITE_OK) connection_.raise(result, "bind");
  return *this;
}

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), index, value);
  return *this;
}

Statement& Statement::bind(int index, double value) {
  sqlite3_bind_double(handle_.get(), index, value);
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(handle_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) connection_.raise(result, "step");
  return false;
}

void Statement::reset() { sqlite3_reset(handle_.get()); }

std::string Statement::text(int column) const {
  if (sqlite3_column_type(handle_.get(), column) != SQLITE_TEXT) return {};
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (text == nullptr) throw std::bad_alloc();  // to bring it into UTF-8
  return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)));
}

std::int64_t Statement::integer(int column) const {
  if (sqlite3_column_type(handle_.get(), column) != SQLITE_INTEGER) return 0;
  return sqlite3_column_int64(handle_.get(), column);
}

double Statement::real(int column) const {
  if (sqlite3_column_type(handle_.get(), column) != SQLITE_FLOAT) return 0;
  return sqlite3_column_double(handle_.get(), column);
}

WriteTransaction::WriteTransaction(Connection& connection) : connection_(connection) {
  connection.execute("BEGIN IMMEDIATE");
}

WriteTransaction::~WriteTransaction() {
  if (open_) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void WriteTransaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace rt3d::tuner
