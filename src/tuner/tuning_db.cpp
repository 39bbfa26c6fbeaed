// TuningDb: its file (kept_file.h), and the rows kept in memory where that cannot be written. Rows that could
// not be written because the file was busy are written with the next ones.
#include "tuner/tuning_db.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "tuner/db_file.h"
#include "tuner/db_remedies.h"
#include "tuner/kept_file.h"
#include "tuner/row.h"
#include "tuner/seeds.h"

namespace rt3d::tuner {
namespace {

namespace fs = std::filesystem;
using Wish = KeptFile::Wish;
using Outcome = KeptFile::Outcome;

constexpr std::size_t kMaxKeyBytes = 4096;
// Looked for one by one: the file's keys begin with device and threads.
constexpr int kThreadCounts[] = {1, 2, 3, 4, 5, 6, 8, 12, 16};

std::int64_t drop_unbelieved(std::vector<Row>& rows, const Believes& believes) {
  if (!believes) return 0;
  const std::size_t dropped = std::erase_if(rows, [&](const Row& row) { return !believes(row); });
  if (dropped > 0)
    log(LogLevel::warning, "tuning database: ", dropped, " rows are left out, since no CPU is so fast");
  return static_cast<std::int64_t>(dropped);
}

void tally(Stored& stored, Fate fate) {
  ++(fate == Fate::added ? stored.added : fate == Fate::replaced ? stored.replaced : stored.unchanged);
}

}  // namespace

struct TuningDb::Impl {
  Impl(const fs::path& path, bool writable, std::shared_ptr<const Seeds> with)
      : file(path, writable), seeds(std::move(with)) {}

  KeptFile file;
  std::shared_ptr<const Seeds> seeds;
  mutable std::mutex mutex;
  std::map<RowKey, NewRow> pending;  // rows that are not in the file
  std::vector<Intent> ended;         // intents that are still in the file
  std::size_t begun = 0;             // intents that have not ended: `ended` has room for them

  Stored write(DbFile& f, const std::vector<NewRow>& new_rows);
  void store(std::vector<NewRow> new_rows);
  Stored keep(std::vector<NewRow> new_rows);
  Stored store_all(std::vector<Row> rows, std::string_view attempt);
  std::vector<Row> with_pending(std::vector<Row> stored) const;
  std::vector<Row> measured(const std::string& device, int threads, const std::string& problem);
};

// With what could not be written before, which is not counted.
Stored TuningDb::Impl::write(DbFile& f, const std::vector<NewRow>& new_rows) {
  std::vector<NewRow> batch;
  for (auto& [key, new_row] : pending) batch.push_back(new_row);
  batch.insert(batch.end(), new_rows.begin(), new_rows.end());
  for (const Intent& intent : ended) f.end(intent);
  ended.clear();
  const std::vector<Fate> fates = f.store(batch);  // last: when it throws nothing of the batch is stored
  Stored stored;
  for (std::size_t i = pending.size(); i < fates.size(); ++i) tally(stored, fates[i]);
  pending.clear();
  return stored;
}

// In the file, else in memory.
void TuningDb::Impl::store(std::vector<NewRow> new_rows) {
  if (new_rows.empty() && pending.empty() && ended.empty()) return;
  if (file.with(Wish::write, [&](DbFile& f) { write(f, new_rows); }) != Outcome::done)
    keep(std::move(new_rows));
}

// What takes the place of a pending row takes that of the file's, too, if the pending one would have.
Stored TuningDb::Impl::keep(std::vector<NewRow> new_rows) {
  Stored stored;
  for (NewRow& new_row : new_rows) {
    const auto [at, added] = pending.try_emplace(key_of(new_row.row), new_row);
    const Fate fate = added ? Fate::added : fate_of(new_row, at->second.row);
    tally(stored, fate);
    if (fate != Fate::replaced) continue;
    if (at->second.instead_of) new_row.instead_of = std::move(at->second.instead_of);
    at->second = std::move(new_row);
  }
  return stored;
}

// In the file or, where there is none, in memory; nowhere when it throws.
Stored TuningDb::Impl::store_all(std::vector<Row> rows, std::string_view attempt) {
  std::vector<NewRow> new_rows;
  new_rows.reserve(rows.size());
  for (Row& row : rows) new_rows.push_back({std::move(row)});
  if (file.path().empty()) return keep(std::move(new_rows));
  Stored stored;
  file.require(Wish::write, attempt, [&](DbFile& f) { stored = write(f, new_rows); });
  return stored;
}

std::vector<Row> TuningDb::Impl::with_pending(std::vector<Row> stored) const {
  std::map<RowKey, Row> rows;
  for (Row& row : stored) rows.insert_or_assign(key_of(row), std::move(row));
  for (const auto& [key, new_row] : pending) {
    const auto existing = rows.find(key);
    if (existing == rows.end() || takes_place(new_row, existing->second))
      rows.insert_or_assign(key, new_row.row);
  }
  std::vector<Row> out;
  out.reserve(rows.size());
  for (auto& [key, row] : rows) out.push_back(std::move(row));
  return out;
}

TuningDb::TuningDb(const fs::path& path, bool writable, std::shared_ptr<const Seeds> seeds)
    : impl_(std::make_unique<Impl>(path, writable, std::move(seeds))) {}

TuningDb::~TuningDb() {
  try {
    flush();
  } catch (...) {  // out of memory: what could not be written before is lost
  }
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

std::vector<Row> TuningDb::Impl::measured(const std::string& device, int threads,
                                          const std::string& problem) {
  std::vector<Row> rows;
  file.with(Wish::read, [&](DbFile& f) { rows = f.find(device, threads, problem); });
  for (const auto& entry : pending) {
    const Row& row = entry.second.row;
    if (row.device != device || row.threads != threads || row.problem != problem) continue;
    const auto same =
        std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.family == row.family; });
    if (same == rows.end())
      rows.push_back(row);
    else if (takes_place(entry.second, *same))
      *same = row;
  }
  return rows;
}

std::vector<Row> TuningDb::find(const std::string& device, int threads, const std::string& problem) const {
  if (device.size() > kMaxKeyBytes || problem.size() > kMaxKeyBytes) return {};
  const std::lock_guard guard(impl_->mutex);
  std::vector<Row> rows = impl_->measured(device, threads, problem);
  if (!impl_->seeds) return rows;
  for (Row& seed : impl_->seeds->find(device, threads, problem))
    if (std::none_of(rows.begin(), rows.end(), [&](const Row& row) {
          return row.family == seed.family && row.version == seed.version;
        }))
      rows.push_back(std::move(seed));
  return rows;
}

std::vector<std::vector<Row>> TuningDb::relatives(const std::string& device, int threads,
                                                  const std::string& problem) const {
  if (device.size() > kMaxKeyBytes || problem.size() > kMaxKeyBytes) return {};
  const std::lock_guard guard(impl_->mutex);
  std::vector<std::vector<Row>> groups;
  if (impl_->seeds) groups = impl_->seeds->relatives(device, threads, problem);
  for (const int other : kThreadCounts)
    if (other != threads)
      if (std::vector<Row> rows = impl_->measured(device, other, problem); !rows.empty())
        groups.push_back(std::move(rows));
  sort_by_closeness(groups, device, threads);
  return groups;
}

void TuningDb::store(const Row& row, const std::optional<Row>& instead_of) {
  if (!storable(row)) {
    log(LogLevel::warning, "tuning database: a row that has no text form is not stored (", row.family, ")");
    return;
  }
  const std::lock_guard guard(impl_->mutex);
  impl_->store({{row, instead_of}});
}

std::vector<Row> TuningDb::rows(const std::string& device) const {
  const std::lock_guard guard(impl_->mutex);
  std::vector<Row> stored;
  impl_->file.with(Wish::read, [&](DbFile& f) { stored = f.all(); });
  std::vector<Row> all = impl_->with_pending(std::move(stored));
  std::erase_if(all, [&](const Row& row) { return row.device != device; });
  return all;
}

std::int64_t TuningDb::count() const {
  const std::lock_guard guard(impl_->mutex);
  std::vector<Row> stored;
  impl_->file.with(Wish::read, [&](DbFile& f) { stored = f.all(); });
  return static_cast<std::int64_t>(impl_->with_pending(std::move(stored)).size());
}

void TuningDb::begin_candidate(const Intent& intent) {
  if (!storable(intent)) return;
  const std::lock_guard guard(impl_->mutex);
  const std::size_t wanted = impl_->ended.size() + impl_->begun + 1;
  if (impl_->ended.capacity() < wanted) impl_->ended.reserve(2 * wanted);
  impl_->file.with(Wish::write, [&](DbFile& f) { f.begin(intent); });
  ++impl_->begun;
}

void TuningDb::end_candidate(Intent intent) noexcept {
  if (!storable(intent)) return;
  const std::lock_guard guard(impl_->mutex);
  --impl_->begun;
  try {
    if (impl_->file.with(Wish::write, [&](DbFile& f) { f.end(intent); }) != Outcome::failed) return;
  } catch (...) {  // out of memory: it ends with the next write
  }
  impl_->ended.push_back(std::move(intent));
}

std::vector<Intent> TuningDb::quarantined(const std::string& device, const std::string& problem) const {
  if (device.size() > kMaxKeyBytes || problem.size() > kMaxKeyBytes) return {};
  const std::lock_guard guard(impl_->mutex);
  std::vector<Intent> intents;
  impl_->file.with(Wish::read, [&](DbFile& f) { intents = f.quarantined(device, problem); });
  return intents;
}

void TuningDb::require_usable() const {
  const std::lock_guard guard(impl_->mutex);
  if (impl_->file.path().empty()) return;
  const Wish wish = impl_->file.may_write() ? Wish::write : Wish::read;
  impl_->file.require(wish, impl_->file.may_write() ? "write" : "read", [&](DbFile& f) {
    if (impl_->file.may_write()) f.try_write();
  });
}

void TuningDb::flush() {
  const std::lock_guard guard(impl_->mutex);
  impl_->file.try_again();
  impl_->store({});
}

std::int64_t TuningDb::rows_not_stored() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->file.path().empty() ? 0 : static_cast<std::int64_t>(impl_->pending.size());
}

std::string TuningDb::trouble() const {
  const std::lock_guard guard(impl_->mutex);
  // Only a use clears what another met: that the file can be opened by now answers no question that was asked before.
  if (impl_->file.trouble().empty()) impl_->file.with(Wish::read, [](DbFile&) {});
  return impl_->file.trouble();
}

std::string TuningDb::trouble_so_far() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->file.trouble();
}

const fs::path& TuningDb::path() const { return impl_->file.path(); }

std::string TuningDb::export_text() const {
  const std::lock_guard guard(impl_->mutex);
  std::vector<Row> stored;
  impl_->file.require(Wish::read, "export", [&](DbFile& f) { stored = f.all(); });
  std::vector<Row> rows = impl_->with_pending(std::move(stored));
  const std::size_t left_out = std::erase_if(rows, [](const Row& row) { return !has_text_form(row); });
  if (left_out > 0)
    log(LogLevel::warning, "tuning database: ", left_out, " rows are left out, which no import would take");
  return rows_text(std::move(rows));
}

Stored TuningDb::import_text(const std::string& text, const Believes& believes) {
  std::vector<Row> rows = parse_rows(text);
  const std::int64_t left_out = drop_unbelieved(rows, believes);
  const std::lock_guard guard(impl_->mutex);
  Stored stored = impl_->store_all(std::move(rows), "import rows into");
  stored.left_out = left_out;
  return stored;
}

Stored TuningDb::merge(const fs::path& other, const Believes& believes) {
  std::vector<Row> rows;
  try {
    const std::unique_ptr<DbFile> file = DbFile::open(other, DbFile::Use::read);
    if (file == nullptr) fail(Code::io, "cannot merge '", other.string(), "': there is no tuning database");
    rows = file->all();
  } catch (const SqliteError& error) {
    const RemedyRow& row = remedy_for(error.fault());
    fail(row.code, "cannot merge '", other.string(), "': ", printable_line(error.what()), "; ", row.advice);
  }
  const std::int64_t left_out = drop_unbelieved(rows, believes);
  const std::lock_guard guard(impl_->mutex);
  Stored stored = impl_->store_all(std::move(rows), "merge rows into");
  stored.left_out = left_out;
  return stored;
}

}  // namespace rt3d::tuner
