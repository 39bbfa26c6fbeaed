// Where databases lie, and what is refused there: whatever it is, it stays as it is, and nobody waits for it.
#include "tuner/db_place.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <functional>

#include "path_forms.h"
#include "scratch_folder.h"
#include "tuner/db_rows.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using tests::read_bytes;
using tests::ScratchFolder;
using tests::write_bytes;

// Everything that a folder holds, with its bytes.
std::vector<std::pair<std::string, std::string>> contents(const fs::path& folder) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    all.emplace_back(entry.path().string(), entry.is_regular_file() ? read_bytes(entry.path()) : "");
  std::sort(all.begin(), all.end());
  return all;
}

// Refused by name, by all that need the file; a session goes on without.
void check_refused(const fs::path& path, const char* because) {
  const auto refused = [&](const std::function<void(TuningDb&)>& use, bool writable) {
    TuningDb db(path, writable);
    try {
      use(db);
      FAIL_CHECK("not refused");
    } catch (const Error& error) {
      CHECK(error.code() == Code::invalid_argument);
      CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
      CHECK(std::string(error.what()).find(because) != std::string::npos);
    }
  };
  refused([](TuningDb& db) { db.require_usable(); }, true);
  refused([](TuningDb& db) { db.require_usable(); }, false);
  refused([](TuningDb& db) { db.import_text(rows_text({row_of(1)})); }, true);
  refused([](TuningDb& db) { db.export_text(); }, false);
  TuningDb memory("");
  CHECK_THROWS_AS(memory.merge(path), Error);
  const Warnings warnings;
  check_usable(path);
  CHECK(warnings.lines.size() == 1);
}

}  // namespace

TEST_CASE("a row is stored whatever the path's form") {
  for (const tests::PathForm& form : tests::kPathForms) {
    CAPTURE(form.what);
    const ScratchFolder folder;
    const tests::InFolder here(folder.path());
    tests::make_links(folder.path());
    const std::string path = tests::given(form, folder.path());
    {
      TuningDb db(path);
      db.store(row_of(1));
      CHECK(db.trouble() == "");
      CHECK(db.rows_not_stored() == 0);
    }
    CHECK(TuningDb(path).import_text(rows_text({row_of(2)})).added == 1);
    TuningDb("other.sqlite").store(row_of(3));
    CHECK(TuningDb(path).merge("other.sqlite").added == 1);
    const fs::path file = folder.path() / form.lies;
    REQUIRE(fs::is_regular_file(fs::symlink_status(file)));
    CHECK(fs::exists(file.string() + ".lock"));
    CHECK(TuningDb(file, false).count() == 3);
    CHECK(TuningDb(path, false).count() == 3);
    CHECK(TuningDb("").merge(path).added == 3);
  }
}

TEST_CASE("a relative path stays where it was when the current folder changes") {
  const ScratchFolder folder, other;
  const tests::InFolder here(folder.path());
  TuningDb db("app.db");
  const tests::InFolder there(other.path());
  db.store(row_of(1));
  CHECK(db.rows_not_stored() == 0);
  CHECK(fs::exists(folder.path() / "app.db"));
  CHECK(fs::is_empty(other.path()));
}

TEST_CASE(
    "a database that is removed while it is open is begun again, and one in its place is used and stays") {
  for (const bool replaced : {false, true}) {
    CAPTURE(replaced);
    const ScratchFolder folder;
    const fs::path path = folder.path() / "tuning.db", other = folder.path() / "other.db";
    {
      TuningDb db(path);
      db.store(row_of(1));
      for (const char* suffix : {"", "-wal", "-shm", ".lock"}) fs::remove(path.string() + suffix);
      std::unique_ptr<TuningDb> second;
      if (replaced) {
        second = std::make_unique<TuningDb>(path);
        second->store(row_of(2));
      }
      db.store(row_of(3));
      CHECK(find(db, 3) == std::vector<Row>{row_of(3)});
      CHECK(find(db, 2).size() == (replaced ? 1 : 0));
      if (second) CHECK(find(*second, 3) == std::vector<Row>{row_of(3)});
    }
    CHECK(find(TuningDb(path, false), 3) == std::vector<Row>{row_of(3)});
    CHECK(find(TuningDb(path, false), 2).size() == (replaced ? 1 : 0));
  }
}

TEST_CASE("links that lead to themselves end") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "a.db";
  fs::create_symlink("b.db", path);
  fs::create_symlink("a.db", folder.path() / "b.db");
  check_usable(path);
  CHECK_THROWS_WITH_AS(TuningDb(path).require_usable(), doctest::Contains("links"), Error);
}

TEST_CASE("files that are no database of RT3D are refused by name and stay as they are") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "mine";
  const char* because = "no SQLite database";
  SUBCASE("a text") { write_bytes(path, "# My notes\n"); }
  SUBCASE("a model") { write_bytes(path, "\x08\x07\x12\x07pytorch" + std::string(20000, '\x01')); }
  SUBCASE("one byte") { write_bytes(path, "x"); }
  SUBCASE("SQLite's first words, and no more") { write_bytes(path, std::string("SQLite format 3\0", 16)); }
  SUBCASE("another program's database") {
    RawConnection(path).run("PRAGMA application_id = 77; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    because = "application id 77";
  }
  SUBCASE("a database without an application id") {
    RawConnection(path).run("CREATE TABLE schedule(x); INSERT INTO schedule VALUES (1)");
    because = "another program";
  }
  SUBCASE("one with a change that its program did not finish, which SQLite would roll back") {
    RawConnection(path).run("CREATE TABLE schedule(x); INSERT INTO schedule VALUES (1)");
    write_bytes(folder.path() / "mine-journal",
                "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + std::string(504, '\x01'));
    because = "another program";
  }
  SUBCASE("a damaged database without an application id") {
    RawConnection(path).run("CREATE TABLE schedule(x); INSERT INTO schedule VALUES (1)");
    std::string bytes = read_bytes(path);
    damage(bytes);
    write_bytes(path, bytes);
    because = "cannot";
  }
  SUBCASE("ours, with another first byte") {
    fill(path, 20);
    std::string bytes = read_bytes(path);
    bytes[0] = 'x';
    write_bytes(path, bytes);
  }
  const auto journal = [&] {
    const fs::path at = folder.path() / "mine-journal";
    return fs::exists(at) ? read_bytes(at) : "";
  };
  const std::string before = read_bytes(path), journal_before = journal();
  check_refused(path, because);
  CHECK(read_bytes(path) == before);
  CHECK(journal() == journal_before);
  for (const auto& entry : fs::directory_iterator(folder.path()))
    CHECK_MESSAGE(entry.path().string().find("corrupt") == std::string::npos, entry.path().string());
}

TEST_CASE(
    "folders, FIFOs, devices and links in the place of a database or of its journals are refused without "
    "waiting") {
  struct Kind {
    const char* because;
    void (*make)(const fs::path&);
  };
  const Kind kinds[] = {
      {"a folder", [](const fs::path& at) { fs::create_directory(at); }},
      {"a FIFO", [](const fs::path& at) { REQUIRE(::mkfifo(at.c_str(), 0600) == 0); }},
      {"a link", [](const fs::path& at) { fs::create_symlink("/dev/zero", at); }},
  };
  for (const Kind& kind : kinds)
    for (const char* suffix : {"", "-wal", "-journal", "-shm", ".lock"}) {
      const ScratchFolder folder;
      const fs::path path = folder.path() / "tuning.db";
      if (*suffix != '\0') fill(path, 3);
      fs::remove(path.string() + suffix);
      kind.make(path.string() + suffix);
      CAPTURE(kind.because);
      CAPTURE(suffix);
      const bool device = *suffix == '\0' && std::string_view(kind.because) == "a link";
      const auto before = device ? decltype(contents(path)){} : contents(folder.path());
      check_refused(path, device ? "a device" : kind.because);
      if (!device) CHECK(contents(folder.path()) == before);
    }
}

TEST_CASE("a journal that names another file deletes nothing") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db", victim = folder.path() / "victim";
  fill(path, 20);
  RawConnection(path).run("PRAGMA journal_mode = DELETE");
  write_bytes(victim, "precious");
  // SQLite's format: a header that makes the journal hot, no pages, then the name, its length and sum, and
  // the magic.
  const auto number = [](std::uint32_t n) {
    return std::string{static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
                       static_cast<char>(n)};
  };
  const std::string magic("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
  const auto pages = static_cast<std::uint32_t>(fs::file_size(path) / 4096);
  std::string journal = magic + number(0) + number(1) + number(pages) + number(512) + number(4096);
  journal.resize(512, '\0');
  std::uint32_t sum = 0;
  for (const char c : victim.string()) sum += static_cast<std::uint32_t>(c);
  journal += number(1) + victim.string() + number(static_cast<std::uint32_t>(victim.string().size())) +
             number(sum) + magic;
  write_bytes(path.string() + "-journal", journal);
  check_refused(path, "another program's transaction");
  CHECK(read_bytes(victim) == "precious");
}

TEST_CASE("larger files than any tuning database are not read") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 3);
  const char* suffix = "";
  SUBCASE("database") {}
  SUBCASE("write-ahead log") { suffix = "-wal"; }
  SUBCASE("journal") { suffix = "-journal"; }
  if (*suffix != '\0') write_bytes(path.string() + suffix, "x");
  fs::resize_file(path.string() + suffix, std::uintmax_t{1} << 36);
  const Warnings warnings;
  check_usable(path);
  CHECK(warnings.lines.size() == 1);
  CHECK_THROWS_WITH_AS(TuningDb(path).require_usable(), doctest::Contains("at most"), Error);
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
