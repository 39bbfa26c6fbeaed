// Seeds: what one phone measured, given to a session on another.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>

#include "api/small_net.h"
#include "scratch_folder.h"
#include "skip.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

rt3d_session_stats stats_with(rt3d_model* model, rt3d_tuning tuning, const std::string& database,
                              const std::string& seeds) {
  rt3d_session_options options = quiet_options();
  options.tuning = tuning;
  options.database = database.c_str();
  const char* const files[] = {seeds.c_str()};
  options.seeds = files;
  options.seed_count = seeds.empty() ? 0 : 1;
  const Session session = make_session(model, options);
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&stats, session.get()) == RT3D_OK);
  return stats;
}

std::string exported(const std::string& database) {
  rt3d_db* db = nullptr;
  REQUIRE(rt3d_db_open(&db, database.c_str(), 0) == RT3D_OK);
  const std::string text = rt3d_db_export(db);
  rt3d_db_free(db);
  return text;
}

// Whether, measuring nothing, some layer is planned by what is known elsewhere.
bool planned_near(rt3d_model* model, const std::string& seeds) {
  rt3d_session_options options = quiet_options();
  options.tuning = RT3D_TUNE_OFF;
  const char* const files[] = {seeds.c_str()};
  options.seeds = files;
  options.seed_count = seeds.empty() ? 0 : 1;
  const Session session = make_session(model, options);
  for (std::int32_t i = 0; i < rt3d_session_step_count(session.get()); ++i) {
    rt3d_step_info step = RT3D_STEP_INFO_INIT;
    REQUIRE(rt3d_session_step(&step, session.get(), i) == RT3D_OK);
    if (std::string(step.source) == "near") return true;
  }
  return false;
}

// Of the first row of exported text.
std::string first_device(const std::string& rows) {
  const std::size_t begin = rows.find('\n') + 1;
  return rows.substr(begin, rows.find('\t', begin) - begin);
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// Rows that a busy machine disturbed may be measured again, whosever they are.
std::string as_if_quiet(const std::string& rows) {
  std::istringstream lines(rows);
  std::string quiet, line;
  for (bool first = true; std::getline(lines, line); first = false)
    quiet += (first ? line : line.substr(0, line.rfind('\t') + 1) + "0") + "\n";
  return quiet;
}

void import_into(const std::string& database, const std::string& rows) {
  rt3d_db* db = nullptr;
  REQUIRE(rt3d_db_open(&db, database.c_str(), 1) == RT3D_OK);
  CHECK(rt3d_db_import(nullptr, db, rows.c_str()) == RT3D_OK);
  rt3d_db_free(db);
}

}  // namespace

TEST_CASE("seeds of this device leave nothing to measure; a relative's leave little") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const ScratchFolder folder;
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  const Model model = net_model();
  const rt3d_session_stats tuned = stats_with(model.get(), RT3D_TUNE_QUICK, file("phone.db"), "");
  REQUIRE(tuned.measurements > 0);
  const std::string text = as_if_quiet(exported(file("phone.db")));
  write_bytes(file("seeds.tsv"), text);
  import_into(file("seeds.db"), text);

  for (const std::string& seeds : {file("seeds.tsv"), file("seeds.db")}) {
    CAPTURE(seeds);
    const rt3d_session_stats here = stats_with(model.get(), RT3D_TUNE_QUICK, file("empty.db"), seeds);
    CHECK(here.measurements == 0);
    CHECK(here.estimated == 0);
    CHECK(here.from_database == tuned.tuned);
  }
  CHECK_FALSE(std::filesystem::exists(file("empty.db")));  // there was nothing to keep

  // The same core in another SoC.
  std::string relative = text;
  replace_all(relative, "/l1=", "/l1=1");
  REQUIRE(relative != text);
  write_bytes(file("relative.tsv"), relative);
  const rt3d_session_stats near =
      stats_with(model.get(), RT3D_TUNE_QUICK, file("other.db"), file("relative.tsv"));
  CHECK(near.from_database == 0);
  CHECK(near.measurements > 0);
  CHECK(near.measurements <= 3 * near.tuned);
  CHECK(near.measurements < tuned.measurements);
  CHECK(planned_near(model.get(), file("relative.tsv")));
  CHECK_FALSE(planned_near(model.get(), ""));
}

TEST_CASE("imported rows are told by what they are good for here") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const ScratchFolder folder;
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  const Model model = net_model();
  stats_with(model.get(), RT3D_TUNE_QUICK, file("phone.db"), "");
  const std::string text = exported(file("phone.db"));
  const std::int64_t rows = std::count(text.begin(), text.end(), '\n') - 1;
  REQUIRE(rows > 0);
  int number = 0;
  const auto imported = [&](std::string rows_text) {
    rt3d_db* db = nullptr;
    REQUIRE(rt3d_db_open(&db, file(("db" + std::to_string(++number)).c_str()).c_str(), 1) == RT3D_OK);
    rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
    CHECK(rt3d_db_import(&changes, db, rows_text.c_str()) == RT3D_OK);
    rt3d_db_free(db);
    CHECK(changes.added == rows);
    CHECK(changes.fitting + changes.of_relatives + changes.of_other_devices + changes.of_unknown_families +
              changes.of_other_versions + changes.of_illegal_schedules + changes.of_other_threads ==
          rows);
    return changes;
  };
  CHECK(imported(text).fitting == rows);
  std::string relative = text, other = text, threads = text;
  replace_all(relative, "/l1=", "/l1=1");
  CHECK(imported(relative).of_relatives == rows);
  replace_all(other, std::string(rt3d_device_isa()) + "/", "vax/");
  CHECK(imported(other).of_other_devices == rows);
  replace_all(threads, "K\t1\t", "K\t4096\t");
  replace_all(threads, "K\t2\t", "K\t4096\t");
  CHECK(imported(threads).of_other_threads == rows);

  // Of whole runs: no kernel's, and of use on this very device alone.
  const std::string whole =
      first_device(text) + "\t1\tModel 1x2 -> 1x2\tmodel.accelerator\t3\tcpu=1,accelerator=1\t10\t20\t1\t0\n";
  rt3d_db* db = nullptr;
  REQUIRE(rt3d_db_open(&db, file("whole.db").c_str(), 1) == RT3D_OK);
  rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
  CHECK(rt3d_db_import(&changes, db, ("rt3d-tuning\t2\n" + whole).c_str()) == RT3D_OK);
  CHECK(changes.fitting == 1);
  rt3d_db_free(db);
}

TEST_CASE("seeds that cannot be read cost a warning and no session; NULL among them is refused") {
  const Model model = net_model();
  rt3d_session_options options = quiet_options();
  options.tuning = RT3D_TUNE_OFF;
  const char* files[] = {"/nowhere/seeds.tsv"};
  options.seeds = files;
  options.seed_count = 1;
  CHECK(make_session(model.get(), options));
  files[0] = nullptr;
  rt3d_session* session = nullptr;
  CHECK(rt3d_session_create(&session, model.get(), &options) == RT3D_INVALID_ARGUMENT);
  CHECK(std::string(rt3d_last_error()).find("seeds[0] is NULL") != std::string::npos);
  options.seeds = nullptr;
  CHECK(rt3d_session_create(&session, model.get(), &options) == RT3D_INVALID_ARGUMENT);
  options.seed_count = -1;
  CHECK(rt3d_session_create(&session, model.get(), &options) == RT3D_INVALID_ARGUMENT);
}

}  // namespace rt3d::tests
