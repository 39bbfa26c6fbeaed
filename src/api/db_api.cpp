// rt3d.h, section "tuning databases".
#include <algorithm>

#include "api/guard.h"
#include "api/handles.h"
#include "runtime/devices/device_table.h"
#include "tuner/machine.h"

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

void require_changes(const rt3d_db_changes* changes, const char* function) {
  if (changes) require_size(*changes, function, "RT3D_DB_CHANGES_INIT");
}

void tell(rt3d_db_changes* changes, const rt3d::tuner::Stored& stored) {
  if (!changes) return;
  rt3d::api::copy_sized(changes, rt3d_db_changes{.size = sizeof(rt3d_db_changes),
                                                 .added = stored.added,
                                                 .replaced = stored.replaced,
                                                 .unchanged = stored.unchanged,
                                                 .left_out = stored.left_out});
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
    tell(changes, db->db->import_text(text, believed));
  });
}

rt3d_status rt3d_db_merge(rt3d_db_changes* changes, rt3d_db* db, const char* other_path) {
  return guard([&] {
    require(db, "rt3d_db_merge", "db");
    require(other_path, "rt3d_db_merge", "other_path");
    require_changes(changes, "rt3d_db_merge");
    const DbUse use(*db);
    tell(changes, db->db->merge(other_path, believed));
  });
}
