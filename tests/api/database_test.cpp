// rt3d.h, tuning databases: storing is a result, whatever the path's form; what cannot be stored is said.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>

#include "api/small_net.h"
#include "path_forms.h"
#include "tuner/tuning_db.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

namespace fs = std::filesystem;
using Db = std::unique_ptr<rt3d_db, decltype(&rt3d_db_free)>;

constexpr char kRows[] =
    "rt3d-tuning\t2\n"
    "avx2/cpu\t2\tRelu 1x2 -> 1x2\trelu.fake.cpu\t1\ta=1\t1001.5\t2000\t1\t0\n";

Db open_db(const std::string& path, bool writable) {
  rt3d_db* db = nullptr;
  const rt3d_status status = rt3d_db_open(&db, path.c_str(), writable ? 1 : 0);
  CHECK_MESSAGE(status == RT3D_OK, rt3d_last_error());
  return {db, rt3d_db_free};
}

std::int64_t count(const std::string& path) {
  const Db db = open_db(path, false);
  return rt3d_db_count(db.get());
}

rt3d_session_options tuning_options(const std::string& database) {
  rt3d_session_options options = RT3D_SESSION_OPTIONS_INIT;
  options.threads = 1;
  options.tuning_limit_ms = 3'600'000;  // tuning ends sooner, and none is cut short
  options.database = database.c_str();
  return options;
}

rt3d_session_stats stats_of(const rt3d_session* session) {
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&stats, session) == RT3D_OK);
  return stats;
}

// A place where nothing can be stored: every call whose result is that something is stored fails, and says
// why.
void check_nothing_stored(const std::string& path, rt3d_status expected) {
  CAPTURE(path);
  rt3d_db* db = nullptr;
  CHECK(rt3d_db_open(&db, path.c_str(), 1) == expected);
  CHECK(db == nullptr);
  CHECK(last_error_says(path.c_str()));
  CHECK(last_error_says("; "));  // and what would do
  const Model model = net_model();
  const Session session = make_session(model.get(), tuning_options(path));
  const rt3d_session_stats stats = stats_of(session.get());
  CHECK(stats.tuned > 0);
  CHECK(stats.rows_not_stored >= stats.tuned);
  CHECK(std::strstr(stats.database_note, path.c_str()) != nullptr);
  const std::vector<std::byte> clip(kInputBytes);
  CHECK(rt3d_session_set_input(session.get(), 0, clip.data(), kInputBytes) == RT3D_OK);
  CHECK(rt3d_session_run(session.get()) == RT3D_OK);
}

// In a child, so that limits and identities stay its own. Failed checks of a child are told by its exit code.
void in_a_child(const std::function<void()>& limit, const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    limit();
    ::_exit(body() ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

void become_nobody() {
  if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
}

}  // namespace

TEST_CASE("every call that stores does so whatever the path's form [host only]") {
  const Model model = net_model();
  for (const PathForm& form : kPathForms) {
    CAPTURE(form.what);
    const Folder folder;
    const InFolder here(folder.path());
    make_links(folder.path());
    const std::string path = given(form, folder.path()), file = folder / form.lies;
    {
      const Db db = open_db(path, true);
      CHECK(fs::exists(file));
      rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
      CHECK(rt3d_db_import(&changes, db.get(), kRows) == RT3D_OK);
      CHECK(changes.added == 1);
    }
    CHECK(count(path) == 1);
    CHECK(count(file) == 1);
    const std::string other = folder / "other.sqlite";
    CHECK(rt3d_db_merge(nullptr, open_db(other, true).get(), path.c_str()) == RT3D_OK);
    CHECK(count(other) == 1);
    fs::remove(file);
    const Session session = make_session(model.get(), tuning_options(path));
    const rt3d_session_stats stats = stats_of(session.get());
    CHECK(stats.rows_not_stored == 0);
    CHECK(std::string(stats.database_note).empty());
    CHECK(count(file) > 0);
  }
}

TEST_CASE("where nothing can be stored, opening for writing fails and sessions say so [host only]") {
  const Folder folder;
  std::ofstream(folder / "file") << "x";
  fs::create_directory(folder / "folder");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  std::ofstream(folder / "README.md") << "# My notes\n";
  check_nothing_stored("/proc/x.db", RT3D_IO);
  check_nothing_stored("/proc/x/y.db", RT3D_IO);
  check_nothing_stored(folder / "file/app.db", RT3D_IO);
  check_nothing_stored(folder / std::string(300, 'n'), RT3D_IO);
  check_nothing_stored("/dev/full", RT3D_INVALID_ARGUMENT);
  check_nothing_stored(folder / "folder", RT3D_INVALID_ARGUMENT);
  check_nothing_stored(folder / "fifo", RT3D_INVALID_ARGUMENT);
  check_nothing_stored(folder / "README.md", RT3D_INVALID_ARGUMENT);
  CHECK(read_file(folder / "README.md") == "# My notes\n");
}

TEST_CASE("without the right to write, storing fails and what is there is read [host only]") {
  const Folder folder;
  CHECK(rt3d_db_import(nullptr, open_db(folder / "app.db", true).get(), kRows) == RT3D_OK);
  fs::permissions(folder / "app.db", static_cast<fs::perms>(0444));
  for (const int folder_mode : {0555, 0777}) {
    CAPTURE(folder_mode);
    fs::permissions(folder.path(), static_cast<fs::perms>(folder_mode));
    in_a_child(become_nobody, [&] {
      rt3d_db *db = nullptr, *read = nullptr;
      const bool refused =
          rt3d_db_open(&db, (folder / "app.db").c_str(), 1) == RT3D_IO && last_error_says("writable");
      const bool is_read =
          rt3d_db_open(&read, (folder / "app.db").c_str(), 0) == RT3D_OK && rt3d_db_count(read) == 1;
      const bool no_import = is_read && rt3d_db_import(nullptr, read, kRows) == RT3D_IO;
      rt3d_db_free(read);
      const bool no_new = folder_mode != 0555 || rt3d_db_open(&db, (folder / "new.db").c_str(), 1) == RT3D_IO;
      return refused && is_read && no_import && no_new;
    });
  }
  fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST_CASE("rows for this device that are faster than any CPU are left out by import and merge") {
  const Folder folder;
  const std::string path = folder / "tuned.db", other = folder / "other.db";
  const Model model = net_model();
  const Session session = make_session(model.get(), tuning_options(path));
  REQUIRE(stats_of(session.get()).tuned > 0);
  const Db db = open_db(path, true);
  const std::string before = rt3d_db_export(db.get());
  std::istringstream lines(before);
  std::string impossible, line;
  while (std::getline(lines, line)) {
    std::size_t field = 0;
    for (int tabs = 0; tabs < 6 && field != std::string::npos; ++tabs) field = line.find('\t', field + 1);
    if (field != std::string::npos) line.replace(field + 1, line.find('\t', field + 1) - field - 1, "0.0001");
    impossible += line + '\n';
  }
  const std::int64_t rows = rt3d_db_count(db.get());
  rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
  CHECK(rt3d_db_import(&changes, db.get(), impossible.c_str()) == RT3D_OK);
  CHECK(changes.left_out == rows);
  CHECK(changes.added + changes.replaced + changes.unchanged == 0);
  {
    rt3d::tuner::TuningDb unguarded(other);
    CHECK(unguarded.import_text(impossible).added == rows);
  }
  changes = RT3D_DB_CHANGES_INIT;
  CHECK(rt3d_db_merge(&changes, db.get(), other.c_str()) == RT3D_OK);
  CHECK(changes.left_out == rows);
  CHECK(changes.added + changes.replaced + changes.unchanged == 0);
  CHECK(rt3d_db_export(db.get()) == before);
}

TEST_CASE(
    "import and merge tell rows that are new from those that replace others and those that change nothing") {
  const Folder folder;
  const auto row = [](int problem, int ns) {
    return "d\t1\tRelu 1x" + std::to_string(problem) + " -> 1x1\tf\t1\ta=1\t" + std::to_string(ns) +
           "\t90\t1\t0\n";
  };
  const std::string header = "rt3d-tuning\t2\n";
  const auto counts = [](const rt3d_db_changes& c) {
    return std::vector<std::int64_t>{c.added, c.replaced, c.unchanged, c.left_out};
  };
  using Counts = std::vector<std::int64_t>;
  const Db db = open_db(folder / "a.db", true);
  const auto imported = [&](const std::string& rows) {
    rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
    CHECK(rt3d_db_import(&changes, db.get(), (header + rows).c_str()) == RT3D_OK);
    return counts(changes);
  };
  CHECK(imported(row(1, 10) + row(2, 20)) == Counts{2, 0, 0, 0});
  CHECK(imported(row(1, 10) + row(2, 20)) == Counts{0, 0, 2, 0});
  CHECK(imported(row(1, 10) + row(2, 15) + row(3, 30)) == Counts{1, 1, 1, 0});
  CHECK(imported(row(4, 40) + row(4, 35)) == Counts{1, 1, 0, 0});
  const Db other = open_db(folder / "b.db", true);
  CHECK(rt3d_db_import(nullptr, other.get(), (header + row(1, 10) + row(9, 9)).c_str()) == RT3D_OK);
  rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
  CHECK(rt3d_db_merge(&changes, db.get(), (folder / "b.db").c_str()) == RT3D_OK);
  CHECK(counts(changes) == Counts{1, 0, 1, 0});
  changes.size = 0;
  CHECK(rt3d_db_import(&changes, db.get(), header.c_str()) == RT3D_INVALID_ARGUMENT);
  CHECK(last_error_says("RT3D_DB_CHANGES_INIT"));
}

TEST_CASE("on a full disk an import says that it failed, and what it says it stored is there [host only]") {
  const auto rows = [](int from, int to) {
    std::string text = "rt3d-tuning\t2\n";
    for (int i = from; i < to; ++i)
      text += "avx2/cpu\t2\tRelu 1x" + std::to_string(i) + " -> 1x" + std::to_string(i) +
              "\trelu.fake.cpu\t1\ta=1\t1\t2\t1\t0\n";
    return text;
  };
  int failed = 0, stored = 0;
  for (int kib = 0; kib <= 160; kib += 4) {
    CAPTURE(kib);
    const Folder folder;
    const std::string path = folder / "app.db";
    CHECK(rt3d_db_import(nullptr, open_db(path, true).get(), rows(1, 101).c_str()) == RT3D_OK);
    const auto limit = [kib] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit size{static_cast<rlim_t>(kib) * 1024, static_cast<rlim_t>(kib) * 1024};
      ::setrlimit(RLIMIT_FSIZE, &size);
    };
    const std::string good = folder / "good";
    REQUIRE(fs::create_directory(good));
    in_a_child(limit, [&] {
      rt3d_db* db = nullptr;
      if (rt3d_db_open(&db, path.c_str(), 1) != RT3D_OK) return last_error_says("; ");
      const bool imported = rt3d_db_import(nullptr, db, rows(101, 401).c_str()) == RT3D_OK;
      if (imported) fs::rename(good, folder / "imported");
      rt3d_db_free(db);
      return imported || last_error_says("; ");
    });
    const bool imported = fs::exists(folder / "imported");
    CHECK(count(path) == (imported ? 400 : 100));
    ++(imported ? stored : failed);
  }
  CHECK(failed > 5);
  CHECK(stored > 5);
}

TEST_CASE("where there is room again, the same handle stores again") {
  const Folder folder;
  const std::string path = folder / "app.db";
  CHECK(rt3d_db_import(nullptr, open_db(path, true).get(), kRows) == RT3D_OK);
  const auto limit = [](rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit size{};
    ::getrlimit(RLIMIT_FSIZE, &size);
    size.rlim_cur = std::min(bytes, size.rlim_max);
    ::setrlimit(RLIMIT_FSIZE, &size);
  };
  std::string rows = "rt3d-tuning\t2\n";
  for (int i = 1; i < 3000; ++i)
    rows += "avx2/cpu\t2\tRelu 1x" + std::to_string(i) + " -> 1x" + std::to_string(i) +
            "\trelu.fake.cpu\t1\ta=1\t1\t2\t1\t0\n";
  in_a_child([] {},
             [&] {
               rt3d_db* db = nullptr;
               if (rt3d_db_open(&db, path.c_str(), 1) != RT3D_OK) return false;
               limit(64 * 1024);
               const bool full =
                   rt3d_db_import(nullptr, db, rows.c_str()) == RT3D_IO && last_error_says("; ");
               limit(RLIM_INFINITY);
               const bool stored = rt3d_db_import(nullptr, db, rows.c_str()) == RT3D_OK;
               rt3d_db_free(db);
               return full && stored;
             });
  CHECK(count(path) == 2999);
}

TEST_CASE("an import into a database that was opened for reading is refused") {
  const Folder folder;
  open_db(folder / "app.db", true);
  const Db db = open_db(folder / "app.db", false);
  CHECK(rt3d_db_import(nullptr, db.get(), kRows) == RT3D_IO);
  CHECK(last_error_says("reading only"));
  CHECK(rt3d_db_count(db.get()) == 0);
}

TEST_CASE("a file that is no database is refused to readers, too, and export of a lost one says so") {
  const Folder folder;
  std::ofstream(folder / "model.onnx") << std::string(5000, 'x');
  rt3d_db* db = nullptr;
  CHECK(rt3d_db_open(&db, (folder / "model.onnx").c_str(), 0) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_db_open(&db, (folder / "none.db").c_str(), 0) == RT3D_IO);
  CHECK(rt3d_db_merge(nullptr, open_db(folder / "app.db", true).get(), (folder / "model.onnx").c_str()) ==
        RT3D_INVALID_ARGUMENT);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
