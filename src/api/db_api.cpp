// rt3d.h, section "tuning databases".
#include <algorithm>

#include "api/guard.h"
#include "api/handles.h"
#include "api/homes.h"
#include "runtime/devices/device_table.h"
#include "tuner/machine.h"
#include "tuner/seed_text.h"

using rt3d::Code;
using rt3d::fail;
using rt3d::api::guard;
using rt3d::api::guarded;
using rt3d::api::require;
using rt3d::api::require_size;

namespace {

// A database for the length of one call; calls of other threads wait.
class DbUse {
 public:
  explicit DbUse(const rt3d_db& db) : db_(db) {
    if (db.born != rt3d::forks().born)
      fail(Code::invalid_argument, "the database '", db.path,
           "' was opened before this process was forked; open it again");
    if (db.user.load(std::memory_order_relaxed) == std::this_thread::get_id())
      fail(Code::busy, "the database '", db.path, "' is used by the call whose callback this is");
    db.mutex.lock();
    db.user.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }
  ~DbUse() {
    db_.user.store({}, std::memory_order_relaxed);
    db_.mutex.unlock();
  }
  DbUse(const DbUse&) = delete;
  DbUse& operator=(const DbUse&) = delete;

 private:
  const rt3d_db& db_;
};

// A time that cannot be would win over those that were measured here.
bool believed(const rt3d::tuner::Row& row) {
  const auto devices = rt3d::runtime::device_table();
  return std::all_of(devices.begin(), devices.end(), [&](const rt3d::runtime::DeviceRow& device) {
    return rt3d::tuner::believable(row, device.families(), rt3d::this_device());
  });
}

// Of the CPU's families and of an accelerator's.
rt3d::tuner::SeedFamilies seed_families() {
  rt3d::tuner::SeedFamilies known;
  for (const rt3d::runtime::DeviceRow& row : rt3d::runtime::device_table())
    if (!row.families().empty()) (row.list == nullptr ? known.cpu : known.accelerator) = row.families();
  return known;
}

void require_changes(const rt3d_db_changes* changes, const char* function) {
  if (changes) require_size(*changes, function, "RT3D_DB_CHANGES_INIT");
}

// What a row that is believed is good for is counted on the way.
rt3d::tuner::Believes counted_in(rt3d::tuner::FitCounts& fits) {
  return [&fits](const rt3d::tuner::Row& row) {
    if (!believed(row)) return false;
    ++fits[static_cast<std::size_t>(rt3d::api::fit_here(row))];
    return true;
  };
}

void tell(rt3d_db_changes* changes, const rt3d::tuner::Stored& stored, const rt3d::tuner::FitCounts& fits) {
  if (!changes) return;
  const auto count = [&](rt3d::tuner::Fit fit) { return fits[static_cast<std::size_t>(fit)]; };
  using rt3d::tuner::Fit;
  rt3d::api::copy_sized(changes, rt3d_db_changes{.size = sizeof(rt3d_db_changes),
                                                 .added = stored.added,
                                                 .replaced = stored.replaced,
                                                 .unchanged = stored.unchanged,
                                                 .left_out = stored.left_out,
                                                 .fitting = count(Fit::here),
                                                 .of_relatives = count(Fit::relative),
                                                 .of_other_devices = count(Fit::other_device),
                                                 .of_unknown_families = count(Fit::unknown_family),
                                                 .of_other_versions = count(Fit::other_version),
                                                 .of_illegal_schedules = count(Fit::illegal_schedule),
                                                 .of_other_threads = count(Fit::other_threads)});
}

}  // namespace

rt3d_status rt3d_db_open(rt3d_db** db, const char* path, int32_t writable) {
  return guard([&] {
    require(db, "rt3d_db_open", "db");
    const std::filesystem::path file =
        path ? std::filesystem::path(path) : rt3d::tuner::TuningDb::default_path();
    if (file.empty())
      fail(Code::invalid_argument,
           "rt3d_db_open: no path is given, and neither XDG_CACHE_HOME nor HOME names a default");
    std::error_code error;
    if (!writable && std::filesystem::status(file, error).type() == std::filesystem::file_type::not_found)
      fail(Code::io, "there is no tuning database '", file.string(),
           "': name another file, or make one by tuning a model or importing rows");
    rt3d::watch_forks();
    auto made = std::make_unique<rt3d_db>();
    made->db.emplace(file, writable != 0);
    made->db->require_usable();
    made->path = file.string();
    *db = made.release();
  });
}

// In a forked child the parent goes on using the file: it is left open, since closing it tidies up after its last user.
void rt3d_db_free(rt3d_db* db) {
  if (db && db->born == rt3d::forks().born) delete db;
}

const char* rt3d_db_path(const rt3d_db* db) { return db ? db->path.c_str() : nullptr; }

int64_t rt3d_db_count(const rt3d_db* db) {
  if (!db) return 0;
  return guarded<int64_t>(0, [&] {
    const DbUse use(*db);
    return db->db->count();
  });
}

const char* rt3d_db_export(rt3d_db* db) {
  if (!db) return nullptr;
  return guarded<const char*>(nullptr, [&] {
    const DbUse use(*db);
    db->exported = db->db->export_text();
    return db->exported.c_str();
  });
}

rt3d_status rt3d_db_import(rt3d_db_changes* changes, rt3d_db* db, const char* text) {
  return guard([&] {
    require(db, "rt3d_db_import", "db");
    require(text, "rt3d_db_import", "text");
    require_changes(changes, "rt3d_db_import");
    const DbUse use(*db);
    rt3d::tuner::FitCounts fits{};
    const rt3d::tuner::Stored stored = db->db->import_text(text, counted_in(fits));
    tell(changes, stored, fits);
  });
}

rt3d_status rt3d_db_merge(rt3d_db_changes* changes, rt3d_db* db, const char* other_path) {
  return guard([&] {
    require(db, "rt3d_db_merge", "db");
    require(other_path, "rt3d_db_merge", "other_path");
    require_changes(changes, "rt3d_db_merge");
    const DbUse use(*db);
    rt3d::tuner::FitCounts fits{};
    const rt3d::tuner::Stored stored = db->db->merge(other_path, counted_in(fits));
    tell(changes, stored, fits);
  });
}

rt3d_status rt3d_seeds_check(rt3d_db_changes* changes, const char* text) {
  return guard([&] {
    require(text, "rt3d_seeds_check", "text");
    require_changes(changes, "rt3d_seeds_check");
    rt3d::tuner::FitCounts fits{};
    for (const rt3d::tuner::Row& row : rt3d::tuner::checked_seeds(text, seed_families()))
      ++fits[static_cast<std::size_t>(rt3d::api::fit_here(row))];
    tell(changes, {}, fits);
  });
}
