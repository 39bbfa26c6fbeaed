#include "tuner/tuning_db.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "scratch_folder.h"
#include "tuner/db_rows.h"
#include "tuner/row.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using tests::read_bytes;
using tests::ScratchFolder;
using tests::write_bytes;

}  // namespace

TEST_CASE("rows outlive the database object") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "a" / "b" / "tuning.db";
  {
    TuningDb db(path);
    CHECK(find(db, 1).empty());
    CHECK_FALSE(fs::exists(path));  // reading creates nothing
    db.store(row_of(1));
    db.store(row_of(2));
    CHECK(db.trouble() == "");
  }
  {
    const TuningDb db(path, false);
    CHECK(find(db, 1) == std::vector<Row>{row_of(1)});
    CHECK(find(db, 2) == std::vector<Row>{row_of(2)});
    CHECK(db.count() == 2);
    CHECK(db.find("avx2/cpu", 1, row_of(1).problem).empty());
    CHECK(db.find("neon/cpu", 2, row_of(1).problem).empty());
  }
  CHECK_FALSE(fs::exists(path.string() + "-wal"));
}

TEST_CASE("an empty path keeps rows in memory") {
  TuningDb db("");
  db.store(row_of(1));
  CHECK(find(db, 1) == std::vector<Row>{row_of(1)});
  CHECK(db.count() == 1);
  CHECK(db.trouble() == "");
}

TEST_CASE("a row measured with more rigor is kept unless it is slower or of another version") {
  const ScratchFolder folder;
  for (const fs::path& path : {fs::path(), folder.path() / "tuning.db"}) {
    TuningDb db(path);
    Row full = row_of(1), quick = row_of(1);
    full.rigor = 2;
    full.time_ns = 100;
    quick.time_ns = 150;
    db.store(full);
    db.store(quick);
    CHECK(find(db, 1) == std::vector<Row>{full});
    quick.time_ns = 50;
    db.store(quick);
    CHECK(find(db, 1) == std::vector<Row>{quick});
    db.store(full);
    quick.version = 2;
    db.store(quick);
    CHECK(find(db, 1) == std::vector<Row>{quick});
  }
}

TEST_CASE("exported text is sorted and imports into the same rows") {
  const ScratchFolder folder;
  TuningDb a(folder.path() / "a.db"), b("");
  for (int i : {3, 1, 2}) a.store(row_of(i));
  const std::string text = a.export_text();
  CHECK(text.starts_with(
      "rt3d-tuning\t2\navx2/cpu\t2\tRelu 1x2 -> 1x2\trelu.fake.cpu\t1\ta=1\t1001.5\t2000\t1\t0.25\n"));
  CHECK(b.import_text(text).added == 3);
  CHECK(b.export_text() == text);
  TuningDb c(folder.path() / "c.db");
  CHECK(c.merge(folder.path() / "a.db").added == 3);
  CHECK(c.export_text() == text);
  CHECK_THROWS_AS(c.merge(folder.path() / "none.db"), Error);
}

TEST_CASE("rows with one key keep their order in the text") {
  std::vector<Row> rows;
  for (int i = 0; i < 40; ++i) {
    rows.push_back(row_of(1));
    rows.back().time_ns = i;
  }
  CHECK(parse_rows(rows_text(rows)) == rows);  // the last of them counts
}

TEST_CASE("an import with one bad line changes nothing and names the line") {
  TuningDb db("");
  const std::string good = "d\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20\t1\n";
  for (const char* bad :
       {"d\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20", "d\t0\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20\t1",
        "d\t1\tnonsense\tf\t1\ta=1\t10\t20\t1", "d\t1\tRelu 1x2 -> 1x2\tf\t1\ta\t10\t20\t1",
        "d\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\tnan\t20\t1", "d\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20\t3"}) {
    const std::string text = cat("rt3d-tuning\t1\n", good, "# a remark\n", bad, "\n");
    CHECK_THROWS_WITH_AS(db.import_text(text), doctest::Contains("line 4"), Error);
  }
  for (const char* bad : {"", "rt3d-tuning\t3\n", "d\t1\n"}) CHECK_THROWS_AS(db.import_text(bad), Error);
  CHECK(db.count() == 0);
}

TEST_CASE("a folder, another program's file and a newer schema are left as they are") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  const Warnings warnings;
  SUBCASE("folder") {
    fs::create_directory(path);
    check_usable(path);
    CHECK(fs::is_directory(path));
  }
  SUBCASE("foreign") {
    RawConnection(path).run("PRAGMA application_id = 77; CREATE TABLE t(x); INSERT INTO t VALUES (1)");
    const std::string before = read_bytes(path);
    check_usable(path);
    CHECK(read_bytes(path) == before);
  }
  SUBCASE("newer") {
    fill(path, 20);
    RawConnection(path).run("PRAGMA user_version = 3; ALTER TABLE schedule ADD COLUMN extra TEXT");
    const std::string before = read_bytes(path);
    check_usable(path);
    CHECK(read_bytes(path) == before);
  }
  CHECK(warnings.lines.size() == 1);
}

TEST_CASE("a corrupt file that another process has open is not moved") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 3);
  const TuningDb other(path);
  CHECK(find(other, 1).size() == 1);
  std::string bytes = read_bytes(path);
  damage(bytes);
  write_bytes(path, bytes);
  check_usable(path);
  CHECK_FALSE(fs::exists(path.string() + ".corrupt-1"));
}

TEST_CASE("a file that may only be read gives its rows and keeps new ones in memory") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 3);
  const bool root = ::geteuid() == 0;
  fs::permissions(path, static_cast<fs::perms>(0444));
  fs::permissions(folder.path(), static_cast<fs::perms>(0555));
  if (root) REQUIRE(::seteuid(65534) == 0);
  {
    const Warnings warnings;
    TuningDb db(path);
    CHECK(find(db, 2) == std::vector<Row>{row_of(2)});
    db.store(row_of(7));
    CHECK(find(db, 7) == std::vector<Row>{row_of(7)});
    CHECK(db.count() == 4);
    CHECK(db.trouble().find(path.string()) != std::string::npos);
    CHECK(warnings.lines.size() == 1);
    check_usable(folder.path() / "new" / "tuning.db");  // a folder that cannot be created
    check_usable(folder.path() / "new.db");
  }
  if (root) REQUIRE(::seteuid(0) == 0);
  fs::permissions(folder.path(), fs::perms::owner_all);
  CHECK(TuningDb(path).count() == 3);
}

TEST_CASE("a full disk keeps new rows in memory and old ones readable") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 3);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit none = before;
  none.rlim_cur = 0;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  {
    TuningDb db(path), fresh(folder.path() / "fresh.db");
    db.store(row_of(7));
    fresh.store(row_of(8));
    CHECK(find(db, 7).size() == 1);
    CHECK(find(fresh, 8).size() == 1);
    CHECK(db.trouble() != "");
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(find(TuningDb(path), 2) == std::vector<Row>{row_of(2)});
}

TEST_CASE("a locked file delays nobody twice and gets the rows when it is free again") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 3);
  const Warnings warnings;
  {
    TuningDb db(path);
    {
      RawConnection other(path);
      other.run("BEGIN EXCLUSIVE");
      // The first one waits for the lock, the others take what a store takes: however slow the machine is, far less than that.
      using Clock = std::chrono::steady_clock;
      std::vector<Clock::duration> took;
      for (int i = 10; i < 20; ++i) {
        const Clock::time_point start = Clock::now();
        db.store(row_of(i));
        took.push_back(Clock::now() - start);
      }
      CHECK(*std::min_element(took.begin() + 1, took.end()) < took[0] / 2);
      CHECK(find(db, 15) == std::vector<Row>{row_of(15)});
      CHECK(db.trouble() != "");
      other.run("ROLLBACK");
    }
  }
  CHECK(warnings.lines.size() == 1);
  CHECK(TuningDb(path).count() == 13);
}

TEST_CASE("a file truncated anywhere never gives a wrong row") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 60);
  const std::string whole = read_bytes(path);
  for (std::size_t size = 0; size < whole.size(); size += 512) {
    const ScratchFolder damaged;
    write_bytes(damaged.path() / "t.db", whole.substr(0, size));
    TuningDb db(damaged.path() / "t.db");
    for (int i = 0; i < 60; i += 7)
      for (const Row& row : find(db, i)) CHECK(row == row_of(i));
    db.store(row_of(100));
    CHECK(find(db, 100) == std::vector<Row>{row_of(100)});
  }
}

TEST_CASE("flipped bits never crash and never change a row [slow: tsan]") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 60);
  std::string bytes = read_bytes(path);
  std::vector<Row> all;
  all.reserve(60);
  for (int i = 0; i < 60; ++i) all.push_back(row_of(i));
  Random random(7);
  int changed = 0, missing = 0;
  for (int flip = 0; flip < 2000; ++flip) {
    const auto at = static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size())));
    const char saved = bytes[at];
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
    write_bytes(path, bytes);
    fs::remove(path.string() + "-wal");
    fs::remove(path.string() + "-shm");
    bytes[at] = saved;
    TuningDb db(path, flip % 8 == 0);
    for (int i = 0; i < 60; ++i) {
      const std::vector<Row> rows = find(db, i);
      missing += rows.empty();
      for (const Row& row : rows) changed += row != row_of(i);
    }
    if (flip % 8 != 0) continue;
    db.store(row_of(100));
    changed += find(db, 100) != std::vector<Row>{row_of(100)};
    try {
      db.export_text();
    } catch (const Error&) {  // bits of the header
    }
  }
  CHECK(changed == 0);
  CHECK(missing > 100);  // the flips did damage
}

TEST_CASE("threads and processes write side by side without losing a row") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  constexpr int kWriters = 4, kRows = 40;
  const auto write = [&](int writer) {
    TuningDb db(path);
    for (int i = 0; i < kRows; ++i) db.store(row_of(writer * kRows + i));
  };
  std::vector<pid_t> children;
  for (int writer = 0; writer < 2; ++writer) {
    const pid_t child = ::fork();
    if (child == 0) {
      write(writer);
      ::_exit(0);
    }
    children.push_back(child);
  }
  std::vector<std::thread> threads;
  for (int writer = 2; writer < kWriters; ++writer) threads.emplace_back(write, writer);
  for (std::thread& thread : threads) thread.join();
  for (const pid_t child : children) {
    int status = -1;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  const TuningDb db(path);
  CHECK(db.count() == kWriters * kRows);
  for (int i = 0; i < kWriters * kRows; ++i) CHECK(find(db, i) == std::vector<Row>{row_of(i)});
}

TEST_CASE("threads store, find, export and import rows of one database object side by side") {
  const ScratchFolder folder;
  for (const fs::path& path : {fs::path(), folder.path() / "tuning.db"}) {
    TuningDb db(path);
    constexpr int kThreads = 4, kRows = 25;
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&, thread] {
        for (int i = thread * kRows; i < (thread + 1) * kRows; ++i) {
          db.store(row_of(i));
          wrong += find(db, i) != std::vector<Row>{row_of(i)};
          const Row row = row_of(i);
          const Intent intent{row.device, row.problem, row.family, row.version, row.schedule};
          db.begin_candidate(intent);
          db.end_candidate(intent);
          if (i % 8 == thread) wrong += db.import_text(db.export_text()).unchanged < 1;
          wrong += db.count() < 1 || !db.trouble().empty();
        }
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(db.count() == kThreads * kRows);
    for (int i = 0; i < kThreads * kRows; ++i) CHECK(find(db, i) == std::vector<Row>{row_of(i)});
  }
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
