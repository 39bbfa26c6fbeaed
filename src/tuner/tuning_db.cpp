// TuningDb: what is done about each fault of the file (the table kRemedies), and the rows kept in memory
// meanwhile. Rows that could not be written because the file was busy are written with the next ones.
#include "tuner/tuning_db.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/log.h"
#include "tuner/db_file.h"
#include "tuner/row.h"

namespace rt3d::tuner {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxKeyBytes = 4096;
constexpr auto kPauseAfterBusy = std::chrono::seconds(2);

enum class Remedy {
  later,    // try again after a pause
  read_on,  // give up writing, keep reading
  replace,  // move the file aside and start a fresh one
  freeze,   // read it once more as it lies there, then give it up
  leave,    // leave the file alone
};

struct RemedyRow {
  Fault fault;
  Remedy remedy;
  std::string_view did;
};
constexpr RemedyRow kRemedies[] = {
    {Fault::busy, Remedy::later, "rows stay in memory until it is free"},
    {Fault::readonly, Remedy::read_on, "new rows stay in memory"},
    {Fault::full, Remedy::read_on, "new rows stay in memory"},
    {Fault::corrupt, Remedy::replace, "rows stay in memory"},
    {Fault::foreign, Remedy::leave, "it is left as it is and rows stay in memory"},
    {Fault::newer, Remedy::leave, "it is left as it is and rows stay in memory"},
    {Fault::other, Remedy::freeze, "new rows stay in memory"},
};

const RemedyRow& remedy_for(Fault fault) {
  return *std::find_if(std::begin(kRemedies), std::end(kRemedies),
                       [&](const RemedyRow& r) { return r.fault == fault; });
}

enum class Wish { read, write };

// SQLite quotes damaged schemas in its messages.
std::string one_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  const auto unprintable = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
  std::replace_if(text.begin(), text.end(), unprintable, '?');
  return text;
}

}  // namespace

struct TuningDb::Impl {
  fs::path path;
  bool may_write = true;
  mutable std::mutex mutex;
  std::unique_ptr<DbFile> file;
  bool given_up = false;  // the file is not touched again
  bool writing_given_up = false;
  bool replaced = false;  // a corrupt file was replaced already: not twice
  std::string trouble;
  std::string logged;  // the last trouble that was logged
  bool damage_logged = false;
  Clock::time_point busy_until{};
  std::map<RowKey, Row> pending;  // rows that are not in the file
  std::vector<Intent> ended;      // intents that are still in the file

  // Calls `use` on the open file; false when there is none to use or it failed. Writing creates a missing
  // file.
  bool with_file(Wish wish, const std::function<void(DbFile&)>& use);
  bool open_for(Wish wish);
  bool open_frozen();
  void handle(const SqliteError& error);
  void say(const std::string& what);
  void note_damage();
  // `always`: whatever replaces() says; only of rows that can be written at once, or are only in memory.
  std::int64_t store(std::vector<Row> rows, bool always = false);
  void store_one(const Row& row, bool always);
  std::vector<Row> all();
};

bool TuningDb::Impl::open_for(Wish wish) {
  if (file != nullptr && (wish == Wish::read || file->writable())) return true;
  if (file != nullptr) throw SqliteError(Fault::readonly, "it may not be written");
  const DbFile::Use use = !may_write            ? DbFile::Use::read
                          : wish == Wish::write ? DbFile::Use::create
                                                : DbFile::Use::write;
  file = DbFile::open(path, use);
  if (file != nullptr && wish == Wish::write && !file->writable())
    throw SqliteError(Fault::readonly, "it may not be written");
  return file != nullptr;
}

bool TuningDb::Impl::with_file(Wish wish, const std::function<void(DbFile&)>& use) {
  if (path.empty() || given_up || Clock::now() < busy_until) return false;
  if (wish == Wish::write && (!may_write || writing_given_up)) return false;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const bool replaced_before = replaced;
    try {
      if (!open_for(wish)) return false;
      use(*file);
      note_damage();
      if (!writing_given_up) trouble.clear();
      return true;
    } catch (const SqliteError& error) {
      handle(error);
    }
    const bool frozen = wish == Wish::read && writing_given_up;
    if (given_up || (replaced == replaced_before && !frozen)) return false;  // another file: a second attempt
  }
  return false;
}

bool TuningDb::Impl::open_frozen() {
  try {
    file = DbFile::open(path, DbFile::Use::frozen);
  } catch (const SqliteError&) {
    file.reset();
  }
  return file != nullptr;
}

void TuningDb::Impl::handle(const SqliteError& error) {
  const RemedyRow& row = remedy_for(error.fault());
  std::string did(row.did);
  if (row.remedy == Remedy::later) busy_until = Clock::now() + kPauseAfterBusy;
  if (row.remedy == Remedy::read_on) writing_given_up = true;
  if (row.remedy == Remedy::read_on && file == nullptr) given_up = !open_frozen();
  if (row.remedy == Remedy::freeze) {
    given_up = writing_given_up || !open_frozen();
    writing_given_up = true;
  }
  if (row.remedy == Remedy::leave) given_up = true;
  if (row.remedy == Remedy::replace) {
    file.reset();
    fs::path moved_to;
    const bool sound = may_write && !replaced && DbFile::move_aside(path, moved_to);
    replaced = true;
    given_up = !sound;
    if (sound)
      did = moved_to.empty() ? "another process replaced it"
                             : cat("moved to '", moved_to.string(), "'; a fresh one is started");
  }
  if (given_up) file.reset();
  say(cat("tuning database '", path.string(), "': ", one_line(error.what()), "; ", did));
}

void TuningDb::Impl::say(const std::string& what) {
  trouble = what;
  if (what == logged) return;
  logged = what;
  log(LogLevel::warning, what);
}

void TuningDb::Impl::note_damage() {
  if (damage_logged || file->damaged_rows() == 0) return;
  damage_logged = true;
  log(LogLevel::warning, "tuning database '", path.string(), "': rows with a wrong checksum were ignored");
}

std::int64_t TuningDb::Impl::store(std::vector<Row> rows, bool always) {
  std::int64_t taken = 0;
  std::vector<Row> batch;
  for (auto& [key, row] : pending) batch.push_back(row);
  if (!always) batch.insert(batch.end(), rows.begin(), rows.end());
  const auto write = [&](DbFile& f) {
    taken = f.store(batch);
    if (always) taken += f.store(rows, true);
    pending.clear();
    for (const Intent& intent : ended) f.end(intent);
    ended.clear();
  };
  if ((batch.empty() && rows.empty() && ended.empty()) || with_file(Wish::write, write)) return taken;
  for (Row& row : rows) {
    RowKey key = key_of(row);
    const auto existing = pending.find(key);
    if (!always && existing != pending.end() && !replaces(row, existing->second)) continue;
    pending.insert_or_assign(std::move(key), std::move(row));
    ++taken;
  }
  return taken;
}

std::vector<Row> TuningDb::Impl::all() {
  std::vector<Row> stored;
  with_file(Wish::read, [&](DbFile& f) { stored = f.all(); });
  std::map<RowKey, Row> rows;
  for (Row& row : stored) rows.insert_or_assign(key_of(row), std::move(row));
  for (const auto& [key, row] : pending) {
    const auto existing = rows.find(key);
    if (existing == rows.end() || replaces(row, existing->second)) rows.insert_or_assign(key, row);
  }
  std::vector<Row> out;
  out.reserve(rows.size());
  for (auto& [key, row] : rows) out.push_back(std::move(row));
  return out;
}

TuningDb::TuningDb(const fs::path& path, bool writable) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  impl_->may_write = writable;
}

TuningDb::~TuningDb() {
  impl_->busy_until = {};
  impl_->store({});
}

fs::path TuningDb::default_path() {
  const auto folder = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && value[0] == '/' ? fs::path(value) : fs::path();
  };
  const fs::path cache = folder("XDG_CACHE_HOME");
  if (!cache.empty()) return cache / "rt3d" / "tuning.db";
  const fs::path home = folder("HOME");
  return home.empty() ? fs::path() : home / ".cache" / "rt3d" / "tuning.db";
}

std::vector<Row> TuningDb::find(const std::string& device, int threads, const std::string& problem) const {
  if (device.size() > kMaxKeyBytes || problem.size() > kMaxKeyBytes) return {};
  const std::lock_guard guard(impl_->mutex);
  std::vector<Row> rows;
  impl_->with_file(Wish::read, [&](DbFile& f) { rows = f.find(device, threads, problem); });
  for (const auto& entry : impl_->pending) {
    const Row& row = entry.second;
    if (row.device != device || row.threads != threads || row.problem != problem) continue;
    const auto same =
        std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.family == row.family; });
    if (same == rows.end())
      rows.push_back(row);
    else if (replaces(row, *same))
      *same = row;
  }
  return rows;
}

void TuningDb::Impl::store_one(const Row& row, bool always) {
  if (!storable(row)) {
    log(LogLevel::warning, "tuning database: a row that has no text form is not stored (", row.family, ")");
    return;
  }
  const std::lock_guard guard(mutex);
  store({row}, always);
}

void TuningDb::store(const Row& row) { impl_->store_one(row, false); }
void TuningDb::replace(const Row& row) { impl_->store_one(row, true); }

std::int64_t TuningDb::count() const {
  const std::lock_guard guard(impl_->mutex);
  return static_cast<std::int64_t>(impl_->all().size());
}

void TuningDb::begin_candidate(const Intent& intent) {
  if (!storable(intent)) return;
  const std::lock_guard guard(impl_->mutex);
  impl_->with_file(Wish::write, [&](DbFile& f) { f.begin(intent); });
}

void TuningDb::end_candidate(const Intent& intent) {
  if (!storable(intent)) return;
  const std::lock_guard guard(impl_->mutex);
  if (!impl_->with_file(Wish::write, [&](DbFile& f) { f.end(intent); })) impl_->ended.push_back(intent);
}

std::vector<Intent> TuningDb::quarantined(const std::string& device, const std::string& problem) const {
  if (device.size() > kMaxKeyBytes || problem.size() > kMaxKeyBytes) return {};
  const std::lock_guard guard(impl_->mutex);
  std::vector<Intent> intents;
  impl_->with_file(Wish::read, [&](DbFile& f) { intents = f.abandoned(device, problem); });
  return intents;
}

std::string TuningDb::trouble() const {
  const std::lock_guard guard(impl_->mutex);
  impl_->with_file(Wish::read, [](DbFile&) {});
  return impl_->trouble;
}

const fs::path& TuningDb::path() const { return impl_->path; }

std::string TuningDb::export_text() const {
  const std::lock_guard guard(impl_->mutex);
  return rows_text(impl_->all());
}

std::int64_t TuningDb::import_text(const std::string& text) {
  std::vector<Row> rows = parse_rows(text);
  const std::lock_guard guard(impl_->mutex);
  return impl_->store(std::move(rows));
}

std::int64_t TuningDb::merge(const fs::path& other) {
  std::vector<Row> rows;
  try {
    const std::unique_ptr<DbFile> file = DbFile::open(other, DbFile::Use::read);
    if (file == nullptr) fail(Code::io, "cannot merge '", other.string(), "': there is no tuning database");
    rows = file->all();
  } catch (const SqliteError& error) {
    fail(Code::io, "cannot merge '", other.string(), "': ", error.what());
  }
  const std::lock_guard guard(impl_->mutex);
  return impl_->store(std::move(rows));
}

}  // namespace rt3d::tuner
