// Databases that are made to hurt: each costs a bounded amount of work, gives no wrong row and never fails a
// load.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>

#include "base/random.h"
#include "sanitizers.h"
#include "scratch_folder.h"
#include "tuner/schema_1.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using tests::read_bytes;
using tests::ScratchFolder;
using tests::write_bytes;

constexpr std::size_t kPage = 4096;
constexpr std::uint8_t kIndexInner = 2, kTableInner = 5, kIndexLeaf = 10, kTableLeaf = 13;

void put_number(std::string& bytes, std::size_t at, int width, std::uint64_t value) {
  for (int i = 0; i < width; ++i)
    bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> (8 * (width - 1 - i)));
}
std::size_t number_at(const std::string& bytes, std::size_t at, int width) {
  std::size_t value = 0;
  for (int i = 0; i < width; ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + static_cast<std::size_t>(i)]);
  return value;
}

// A database, its pages numbered from 1, whose table `schedule` has its root in one leaf.
struct Pages {
  std::string bytes;
  std::size_t root = 0;

  std::size_t count() const { return bytes.size() / kPage; }
  std::string page(std::size_t number) const { return bytes.substr((number - 1) * kPage, kPage); }
  void set(std::size_t number, const std::string& page) {
    if (bytes.size() < number * kPage) bytes.resize(number * kPage);
    bytes.replace((number - 1) * kPage, kPage, page);
    put_number(bytes, 28, 4, count());
  }
  // The first cell of the table's root: one valid row.
  std::string cell() const {
    const std::string leaf = page(root);
    REQUIRE(static_cast<std::uint8_t>(leaf[0]) == kIndexLeaf);
    return leaf.substr(number_at(leaf, 8, 2));
  }
};

// A page full of the cell, to the left of `child` if it is not 0.
std::string page_of(const std::string& cell, std::size_t child) {
  const bool inner = child != 0;
  const std::size_t head = inner ? 12 : 8, size = cell.size() + (inner ? 4 : 0),
                    cells = (kPage - head) / (size + 2);
  std::string page(kPage, '\0');
  std::size_t at = kPage;
  for (std::size_t i = 0; i < cells; ++i) {
    at -= size;
    if (inner) put_number(page, at, 4, child);
    page.replace(at + size - cell.size(), cell.size(), cell);
    put_number(page, head + 2 * i, 2, at);
  }
  page[0] = static_cast<char>(inner ? kIndexInner : kIndexLeaf);
  put_number(page, 3, 2, cells);
  put_number(page, 5, 2, at);
  if (inner) put_number(page, 8, 4, child);
  return page;
}

// Interior pages that all point at the same next one: as many rows as `levels` powers of eight.
void tree_of_one_page(Pages& p, int levels) {
  const std::string cell = p.cell();
  std::size_t next = p.count() + 1;
  p.set(p.root, page_of(cell, next));
  for (int i = 0; i < levels; ++i, ++next) p.set(next, page_of(cell, next + 1));
  p.set(next, page_of(cell, 0));
}

struct Attack {
  const char* what;
  void (*make)(Pages&);
};
const Attack kAttacks[] = {
    {"interior pages that point at one page", [](Pages& p) { tree_of_one_page(p, 17); }},
    {"a few such pages: a billion rows", [](Pages& p) { tree_of_one_page(p, 9); }},
    {"such pages, whose rows are damaged",
     [](Pages& p) {
       tree_of_one_page(p, 17);
       for (std::size_t at = p.bytes.find("relu.fake"); at != std::string::npos;
            at = p.bytes.find("relu.fake", at))
         p.bytes[at] = 'R';
     }},
    {"a tree that is its own child", [](Pages& p) { p.set(p.root, page_of(p.cell(), p.root)); }},
    {"a tree whose grandchild is its root",
     [](Pages& p) {
       const std::string cell = p.cell();
       const std::size_t next = p.count() + 1;
       p.set(p.root, page_of(cell, next));
       p.set(next, page_of(cell, p.root));
     }},
    {"a free list that goes round",
     [](Pages& p) {
       const std::size_t trunk = p.count() + 1;
       std::string page(kPage, '\0');
       put_number(page, 0, 4, trunk);
       p.set(trunk, page);
       put_number(p.bytes, 32, 4, trunk);
       put_number(p.bytes, 36, 4, 0x7fffffff);
     }},
    {"a free list that names the table's pages",
     [](Pages& p) {
       const std::size_t trunk = p.count() + 1;
       std::string page(kPage, '\0');
       put_number(page, 4, 4, 1000);
       for (std::size_t i = 0; i < 1000; ++i) put_number(page, 8 + 4 * i, 4, p.root);
       p.set(trunk, page);
       put_number(p.bytes, 32, 4, trunk);
       put_number(p.bytes, 36, 4, 1001);
     }},
    {"a row of a gibibyte, in a chain that goes round",
     [](Pages& p) {
       const std::size_t chain = p.count() + 1;
       std::string leaf = p.page(p.root), page(kPage, '\0');
       const std::size_t at = kPage - 1500;
       const std::string size("\x84\x80\x80\x80\x00", 5);  // 2^30, as SQLite writes numbers
       leaf.replace(at, size.size(), size);
       put_number(leaf, 8, 2, at);
       put_number(leaf, at + size.size() + 1000, 4, chain);
       put_number(page, 0, 4, chain);
       p.set(p.root, leaf);
       p.set(chain, page);
     }},
    {"a root page that does not exist", [](Pages& p) { p.bytes.resize((p.root - 1) * kPage); }},
    {"a root page that is the schema", [](Pages& p) { p.set(p.root, p.page(1)); }},
    {"more pages than the file has", [](Pages& p) { put_number(p.bytes, 28, 4, 0x7fffffff); }},
    {"a page size of 512", [](Pages& p) { put_number(p.bytes, 16, 2, 512); }},
    {"UTF-16", [](Pages& p) { put_number(p.bytes, 56, 4, 2); }},
    {"vacuumed on the way", [](Pages& p) { put_number(p.bytes, 52, 4, 0x7fffffff); }},
};

Pages pages_of(const fs::path& path) {
  RawConnection db(path);
  db.run("PRAGMA journal_mode = DELETE");
  Pages pages;
  pages.root =
      static_cast<std::size_t>(db.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'schedule'"));
  pages.bytes = read_bytes(path);
  pages.bytes[18] = pages.bytes[19] =
      2;  // with a write-ahead log, as ours have: it is not added by whoever writes
  REQUIRE(pages.bytes.size() % kPage == 0);
  return pages;
}

// In a child with little memory and time: what hangs or fills the memory ends there, as a failure.
int in_a_small_process(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    rlimit limit{60, 60};
    ::setrlimit(RLIMIT_CPU, &limit);
#if !defined(RT3D_ADDRESS_SANITIZER) && !defined(RT3D_THREAD_SANITIZER)
    limit = {rlim_t{1} << 30, rlim_t{1} << 30};
    ::setrlimit(RLIMIT_AS, &limit);
#endif
    bool good = false;
    try {
      good = body();
    } catch (...) {
    }
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

bool only_rows_of(const std::vector<Row>& rows, const std::vector<Row>& sound) {
  return std::all_of(rows.begin(), rows.end(), [&](const Row& row) {
    return std::find(sound.begin(), sound.end(), row) != sound.end();
  });
}

// What a load does, as often as a large model's; then that a row can still be stored and found.
bool survives_a_load(const fs::path& path, bool writable, const std::vector<Row>& sound) {
  TuningDb db(path, writable);
  for (int i = 0; i < 300; ++i) {
    if (!only_rows_of(find(db, i % 3), sound)) return false;
    db.quarantined("avx2/cpu", row_of(i).problem);
  }
  const Intent intent{"avx2/cpu", row_of(0).problem, "relu.fake.cpu", 1, "a=9"};
  db.begin_candidate(intent);
  db.end_candidate(intent);
  db.store(row_of(900));
  return find(db, 900) == std::vector<Row>{row_of(900)};
}

bool survives_export_and_merge(const fs::path& path, const std::vector<Row>& sound) {
  TuningDb memory("");
  try {
    memory.import_text(TuningDb(path, false).export_text());
  } catch (const Error&) {
  }
  try {
    memory.merge(path);
  } catch (const Error&) {
  }
  return memory.count() <= static_cast<std::int64_t>(sound.size());
}

}  // namespace

TEST_CASE("hostile databases cost a bounded amount of work and never fail a load") {
  for (const int version : {2, 1}) {
    const ScratchFolder good;
    if (version == 2)
      fill(good.path() / "t.db", 1);
    else
      make_version_1(good.path() / "t.db", 1);
    const Pages sound = pages_of(good.path() / "t.db");
    const std::vector<Row> rows{version == 2 ? row_of(0) : old_row(0)};
    for (const Attack& attack : kAttacks) {
      CAPTURE(version);
      CAPTURE(attack.what);
      const ScratchFolder folder;
      Pages pages = sound;
      attack.make(pages);
      for (const char* name : {"read.db", "write.db", "export.db"})
        write_bytes(folder.path() / name, pages.bytes);
      CHECK(in_a_small_process([&] { return survives_a_load(folder.path() / "read.db", false, rows); }) == 0);
      CHECK(read_bytes(folder.path() / "read.db") == pages.bytes);
      CHECK(in_a_small_process([&] { return survives_a_load(folder.path() / "write.db", true, rows); }) == 0);
      CHECK(in_a_small_process(
                [&] { return survives_export_and_merge(folder.path() / "export.db", rows); }) == 0);
    }
  }
}

TEST_CASE("a row of four gibibytes, for which SQLite reports a lack of memory, is damage like any other") {
  for (const bool schema : {false, true}) {
    CAPTURE(schema);
    const ScratchFolder folder;
    const fs::path path = folder.path() / "tuning.db", copy = folder.path() / "copy.db";
    fill(path, 4);
    std::size_t root = 1;
    {
      RawConnection db(path);
      db.run("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM");
      if (!schema)
        root = static_cast<std::size_t>(
            db.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'schedule'"));
    }
    std::string bytes = read_bytes(path);
    // The second row, which stands in one leaf with the first or, in the schema, in the root's right child.
    std::size_t page = (root - 1) * 512, nth = 1;
    if (schema) {
      REQUIRE(bytes[100] == kTableInner);
      page = (number_at(bytes, 108, 4) - 1) * 512, nth = 0;
    }
    REQUIRE(bytes[page] == (schema ? kTableLeaf : kIndexLeaf));
    bytes.replace(page + number_at(bytes, page + 8 + 2 * nth, 2), 5, "\x8f\xff\xff\xff\x7f");
    write_bytes(path, bytes);
    write_bytes(copy, bytes);
    {
      RawConnection db(path);
      REQUIRE(sqlite3_exec(db.handle, "SELECT count(schedule) FROM schedule", nullptr, nullptr, nullptr) ==
              SQLITE_NOMEM);
    }
    CHECK_THROWS_AS(TuningDb("").merge(path), Error);
    if (!schema) CHECK_THROWS_AS(TuningDb(path, false).export_text(), Error);
    const Warnings warnings;
    check_usable(copy);
    CHECK(warnings.lines.size() == 1);
    CHECK(read_bytes(copy.string() + ".corrupt-1") == bytes);
  }
}

TEST_CASE("a database that names one page many times is moved aside, and the next load is as quick as any") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 1);
  Pages pages = pages_of(path);
  tree_of_one_page(pages, 17);
  write_bytes(path, pages.bytes);
  const Warnings warnings;
  check_usable(path);
  CHECK(warnings.lines.size() == 1);
  CHECK(read_bytes(path.string() + ".corrupt-1") == pages.bytes);
  CHECK(find(TuningDb(path), 900) == std::vector<Row>{row_of(900)});
}

TEST_CASE("journals of garbage never fail a load nor give a wrong row") {
  Random random(11);
  for (const char* suffix : {"-wal", "-journal", "-shm"})
    for (const std::size_t size : {0, 1, 31, 32, 512, 4096, 100'000}) {
      CAPTURE(suffix);
      CAPTURE(size);
      const ScratchFolder folder;
      const fs::path path = folder.path() / "tuning.db";
      fill(path, 3);
      std::string garbage(size, '\0');
      for (char& c : garbage) c = static_cast<char>(random.below(256));
      const std::string_view magic = std::string_view(suffix) == "-wal"
                                         ? std::string_view("\x37\x7f\x06\x82", 4)
                                         : std::string_view("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
      if (size >= 32) garbage.replace(0, magic.size(), magic);
      write_bytes(path.string() + suffix, garbage);
      const std::vector<Row> rows{row_of(0), row_of(1), row_of(2)};
      CHECK(in_a_small_process([&] { return survives_a_load(path, true, rows); }) == 0);
    }
}

TEST_CASE("a database of 100,000 rows is exported and merged, and a large old one upgraded [slow: tsan]") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db", copy = folder.path() / "copy.db";
  constexpr int kRows = 100'000;
  fill(path, kRows);
  const std::string text = TuningDb(path, false).export_text();
  CHECK(std::count(text.begin(), text.end(), '\n') == kRows + 1);
  CHECK(TuningDb(copy).merge(path).added == kRows);
  CHECK(find(TuningDb(copy), kRows - 1) == std::vector<Row>{row_of(kRows - 1)});
  make_version_1(folder.path() / "old.db", kRows / 5);
  CHECK(TuningDb(folder.path() / "old.db").count() == kRows / 5);
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
