// Every call of SQLite to the file system fails: the n-th, once and from then on. Each time there is an error of one clear line or a right
// answer, no row that was stored is lost, and the next open without faults works.
#include <doctest/doctest.h>

#include <functional>

#include "scratch_folder.h"
#include "tuner/fake_family.h"
#include "tuner/faulty_vfs.h"
#include "tuner/schema_1.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using tests::FaultyVfs;
using tests::IoFault;
using tests::read_bytes;
using tests::ScratchFolder;
using tests::write_bytes;

// One run of a scenario, and what has to be true afterwards.
struct Trouble {
  explicit Trouble(const fs::path& in) : folder(in) {}
  fs::path folder;
  std::string wrong;
  std::vector<Row> stored;   // these must be there
  std::vector<Row> unknown;  // these may be there
  std::string damaged;       // bytes that must be there still, under one name or another
  std::string error;         // what was thrown

  fs::path path() const { return folder / "tuning.db"; }
  void expect(bool good, const std::string& what) {
    if (!good && wrong.empty()) wrong = what;
  }
  // What may be refused, and then with one clear line.
  bool attempt(const std::function<void()>& call) {
    try {
      call();
      return true;
    } catch (const Error& thrown) {
      error = thrown.what();
      expect(error.find('\n') == std::string::npos && error.find("; ") != std::string::npos,
             "an error says: " + error);
      expect(error.find(folder.string()) != std::string::npos, "an error names no file: " + error);
    }
    return false;
  }
  // A row, or nothing and a reason.
  void look_up(const TuningDb& db, const Row& row) {
    const std::vector<Row> found = db.find(row.device, row.threads, row.problem);
    if (found == std::vector<Row>{row}) return;
    expect(found.empty(), "another row was found");
    expect(!db.trouble().empty(), "a row was not found, and nobody says why");
  }
  // What became of a row that was to be stored.
  void note(const TuningDb& db, const Row& row) {
    (db.rows_not_stored() == 0 ? stored : unknown).push_back(row);
  }
};

struct Scenario {
  const char* what;
  std::function<void(Trouble&)> prepare, act;
  bool patient = false;  // waits for seconds where somebody holds a lock for ever
};

std::vector<Row> rows_from(int begin, int end) {
  std::vector<Row> rows;
  for (int i = begin; i < end; ++i) rows.push_back(row_of(i));
  return rows;
}

void fill_and_note(Trouble& t, int rows) {
  fill(t.path(), rows);
  t.stored = rows_from(0, rows);
}

// As a process leaves it that was killed: rows in the write-ahead log alone.
void fill_and_die(Trouble& t, int rows) {
  fill(t.path(), 1);
  const fs::path other = t.folder / "other.db";
  {
    TuningDb db(t.path());
    for (int i = 1; i < rows; ++i) db.store(row_of(i));
    fs::copy_file(t.path(), other);
    fs::copy_file(t.path().string() + "-wal", other.string() + "-wal");
  }
  fs::rename(other, t.path());
  fs::rename(other.string() + "-wal", t.path().string() + "-wal");
  t.stored = rows_from(0, rows);
}

void store_all_or_none(Trouble& t, const std::vector<Row>& rows, const std::function<void()>& call) {
  std::vector<Row>& to = t.attempt(call) ? t.stored : t.unknown;
  to.insert(to.end(), rows.begin(), rows.end());
}

// Whose rows are what tuning found.
std::string fake_device() { return FakeSetting().target.device.fingerprint(); }

void tune_fake(Trouble& t) {
  FakeClock::reset();
  FakeSetting s;
  const FakeFamily family("relu.fake.cpu", {{knob(1), 10, 300}, {knob(2), 11, 50}, {knob(3), 12, 100}});
  const std::vector<const kernels::KernelFamily*> families{&family};
  TuningDb db(t.path());
  const TimedSchedule choice = tune(s.request(families), db);
  t.expect(choice.schedule == knob(2), "tuning chose " + choice.schedule.text());
  for (const Row& row : db.find(fake_device(), 1, s.problem.text())) t.note(db, row);
}

const Intent kBegun{"avx2/cpu", "Relu 1x2 -> 1x2", "relu.fake.cpu", 1, "a=1"};

void begin_and_end(Trouble& t) {
  TuningDb db(t.path());
  for (int i = 0; i < 3; ++i) {
    db.begin_candidate(kBegun);
    t.expect(db.quarantined(kBegun.device, kBegun.problem).empty(), "a living process counts as dead");
    db.store(row_of(i + 3));
    db.end_candidate(kBegun);
    t.note(db, row_of(i + 3));
  }
}

const Scenario kScenarios[] = {
    {"a database is created", [](Trouble&) {},
     [](Trouble& t) {
       TuningDb db(t.path());
       for (int i = 0; i < 3; ++i) {
         db.store(row_of(i));
         t.note(db, row_of(i));
         t.look_up(db, row_of(i));
       }
     }},
    {"a database is asked for", [](Trouble&) {},
     [](Trouble& t) { t.attempt([&] { TuningDb(t.path()).require_usable(); }); }, true},
    {"rows are looked up", [](Trouble& t) { fill_and_note(t, 30); },
     [](Trouble& t) {
       const TuningDb db(t.path());
       for (int i = 0; i < 30; i += 7) t.look_up(db, row_of(i));
     }},
    {"rows are looked up by who only reads", [](Trouble& t) { fill_and_note(t, 30); },
     [](Trouble& t) {
       const TuningDb db(t.path(), false);
       for (int i = 0; i < 30; i += 7) t.look_up(db, row_of(i));
     }},
    {"rows of a killed process are looked up", [](Trouble& t) { fill_and_die(t, 12); },
     [](Trouble& t) {
       const TuningDb db(t.path());
       for (int i = 0; i < 12; i += 3) t.look_up(db, row_of(i));
     }},
    {"text is imported", [](Trouble& t) { fill_and_note(t, 3); },
     [](Trouble& t) {
       TuningDb db(t.path());
       store_all_or_none(t, rows_from(3, 60), [&] { db.import_text(rows_text(rows_from(3, 60))); });
     },
     true},
    {"a database is merged",
     [](Trouble& t) {
       fill_and_note(t, 3);
       fill(t.folder / "other.db", 40);
     },
     [](Trouble& t) {
       TuningDb db(t.path());
       store_all_or_none(t, rows_from(3, 40), [&] { db.merge(t.folder / "other.db"); });
     },
     true},
    {"all is exported", [](Trouble& t) { fill_and_note(t, 50); },
     [](Trouble& t) {
       t.attempt([&] {
         t.expect(TuningDb(t.path(), false).export_text() == rows_text(rows_from(0, 50)), "wrong text");
       });
     },
     true},
    {"an older file is upgraded",
     [](Trouble& t) {
       make_version_1(t.path(), 6);
       for (int i = 0; i < 6; ++i) t.stored.push_back(old_row(i));
     },
     [](Trouble& t) {
       TuningDb db(t.path());
       t.look_up(db, old_row(2));
       db.store(row_of(9));
       t.note(db, row_of(9));
     }},
    {"candidates are begun and ended", [](Trouble& t) { fill_and_note(t, 3); }, begin_and_end},
    {"a problem is tuned", [](Trouble&) {}, tune_fake},
    {"a damaged file is moved aside",
     [](Trouble& t) {
       fill(t.path(), 3);
       t.damaged = read_bytes(t.path());
       damage(t.damaged);
       write_bytes(t.path(), t.damaged);
     },
     [](Trouble& t) {
       TuningDb db(t.path());
       db.store(row_of(4));
       t.note(db, row_of(4));
       t.look_up(db, row_of(4));
     }},
};

// Beside the database lie what tuning_db/README.md names, and what was there before.
bool is_known(const std::string& name) {
  for (const char* known : {"", "-wal", "-shm", "-journal", ".lock"})
    if (name == std::string("tuning.db") + known || name == std::string("other.db") + known) return true;
  return name.starts_with("tuning.db.corrupt-");
}

void check_without_faults(Trouble& t, bool may_look_damaged) {
  std::vector<fs::path> aside;
  for (const auto& entry : fs::directory_iterator(t.folder)) {
    const std::string name = entry.path().filename().string();
    t.expect(is_known(name), "a file is left: " + name);
    if (name.find("corrupt") != std::string::npos && name.find("-wal") == std::string::npos)
      aside.push_back(entry.path());
  }
  if (!t.damaged.empty()) {
    bool there = fs::exists(t.path()) && read_bytes(t.path()) == t.damaged;
    for (const fs::path& file : aside) there = there || read_bytes(file) == t.damaged;
    t.expect(there, "the damaged file is gone");
  } else {
    t.expect(may_look_damaged || aside.empty(), "a sound file was moved aside");
  }
  TuningDb db(t.path());
  db.store(row_of(900));
  t.expect(db.rows_not_stored() == 0 && db.trouble().empty(), "afterwards: " + db.trouble());
  if (t.damaged.empty())  // what looked damaged is whole where it lies now
    for (const fs::path& file : aside) t.attempt([&] { db.merge(file); });
  std::vector<Row> rows = parse_rows(db.export_text());
  for (const Row& row : t.stored)
    t.expect(std::find(rows.begin(), rows.end(), row) != rows.end(), "a stored row is lost: " + row.problem);
  t.stored.insert(t.stored.end(), t.unknown.begin(), t.unknown.end());
  t.stored.push_back(row_of(900));
  const std::string fake = fake_device();
  for (const Row& row : rows)
    t.expect(row.device == fake || std::find(t.stored.begin(), t.stored.end(), row) != t.stored.end(),
             "a row that nobody stored");
}

// Returns how many calls failed.
int fail_nth(const Scenario& scenario, const Trouble& prepared, const IoFault& fault, int n, bool for_ever) {
  const ScratchFolder folder;
  Trouble t = prepared;
  t.folder = folder.path();
  for (const auto& entry : fs::directory_iterator(prepared.folder))
    fs::copy_file(entry.path(), t.folder / entry.path().filename());
  int failed = 0;
  {
    FaultyVfs vfs;
    vfs.arm(fault, n, for_ever);
    try {
      scenario.act(t);
    } catch (const std::exception& error) {
      t.expect(false, std::string("it throws ") + error.what());
    }
    failed = vfs.disarm();
  }
  try {
    check_without_faults(t, fault.looks_short);
  } catch (const std::exception& error) {
    t.expect(false, std::string("afterwards: ") + error.what());
  }
  INFO(cat(scenario.what, ", ", fault.what, ", call ", n, for_ever ? " and all that follow" : ""));
  CHECK(t.wrong == "");
  return failed;
}

}  // namespace

TEST_CASE("whichever call to the file system fails, nothing is lost and nothing is wrong [slow: tsan]") {
  int faults = 0;
  for (const Scenario& scenario : kScenarios) {
    const ScratchFolder folder;
    Trouble prepared(folder.path());
    scenario.prepare(prepared);
    for (const IoFault& fault : tests::io_faults())
      for (const bool for_ever : {false, true})
        for (int n = 1; !(fault.busy && for_ever && scenario.patient); ++n) {
          const int failed = fail_nth(scenario, prepared, fault, n, for_ever);
          faults += failed > 0;
          if (failed == 0) break;
          REQUIRE(n < 10'000);
        }
  }
  MESSAGE(faults, " faults");
  CHECK(faults > 1000);
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
