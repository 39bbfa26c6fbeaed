// rt3d.h, section "tuning databases".
#include "api/guard.h"
#include "api/handles.h"

using rt3d::Code;
using rt3d::fail;
using rt3d::api::guard;
using rt3d::api::guarded;
using rt3d::api::require;

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
           "'; name another file, or open it for writing");
    auto made = std::make_unique<rt3d_db>();
    made->db.emplace(file, writable != 0);
    made->db->require_usable();
    made->path = file.string();
    *db = made.release();
  });
}

void rt3d_db_free(rt3d_db* db) { delete db; }

const char* rt3d_db_path(const rt3d_db* db) { return db ? db->path.c_str() : nullptr; }

int64_t rt3d_db_count(const rt3d_db* db) {
  return guarded<int64_t>(0, [&] { return db ? db->db->count() : 0; });
}

const char* rt3d_db_export(rt3d_db* db) {
  if (!db) return nullptr;
  return guarded<const char*>(nullptr, [&] {
    db->exported = db->db->export_text();
    return db->exported.c_str();
  });
}

rt3d_status rt3d_db_import(int64_t* added, rt3d_db* db, const char* text) {
  return guard([&] {
    require(db, "rt3d_db_import", "db");
    require(text, "rt3d_db_import", "text");
    const std::int64_t count = db->db->import_text(text);
    if (added) *added = count;
  });
}

rt3d_status rt3d_db_merge(int64_t* added, rt3d_db* db, const char* other_path) {
  return guard([&] {
    require(db, "rt3d_db_merge", "db");
    require(other_path, "rt3d_db_merge", "other_path");
    const std::int64_t count = db->db->merge(other_path);
    if (added) *added = count;
  });
}
