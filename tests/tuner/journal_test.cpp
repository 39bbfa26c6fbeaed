// The journal of candidates: one death proves nothing, two do, and nothing is remembered for ever.
#include "tuner/journal.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <csignal>

#include "scratch_folder.h"
#include "tuner/db_rows.h"
#include "tuner/fake_family.h"
#include "tuner/file_lock.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using tests::ScratchFolder;

constexpr std::int64_t kDay = 24 * 60 * 60;

const Intent kIntent{"avx2/cpu", "Relu 1x2 -> 1x2", "relu.fake.cpu", 1, "a=1"};

// A process that is killed while it runs the candidate.
void die_running(const fs::path& path, const Intent& intent) {
  const pid_t child = ::fork();
  if (child == 0) {
    TuningDb db(path);
    db.begin_candidate(intent);
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

std::vector<Intent> quarantined(const fs::path& path) {
  return TuningDb(path).quarantined(kIntent.device, kIntent.problem);
}

void put(const fs::path& path, const JournalEntry& e) {
  RawConnection(path).run(cat("INSERT OR REPLACE INTO intent VALUES ('", e.intent.device, "', '",
                              e.intent.problem, "', '", e.intent.family, "', ", e.intent.version, ", '",
                              e.intent.schedule, "', '", e.owner, "', ", e.deaths, ", ", e.begun_s, ", ",
                              std::bit_cast<std::int64_t>(checksum(e)), ")")
                              .c_str());
}

std::int64_t entries(const fs::path& path) {
  return RawConnection(path).integer("SELECT count(*) FROM intent");
}

}  // namespace

TEST_CASE("a candidate is quarantined when two processes died while they ran it, and not after one") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  Intent other = kIntent;
  other.schedule = "a=2";
  die_running(path, kIntent);
  CHECK(quarantined(path).empty());
  die_running(path, other);
  CHECK(quarantined(path).empty());
  die_running(path, kIntent);
  CHECK(quarantined(path) == std::vector<Intent>{kIntent});
  CHECK(TuningDb(path).quarantined(kIntent.device, "Relu 1x3 -> 1x3").empty());
  TuningDb(path).begin_candidate(other);  // by a process that lives
  CHECK(quarantined(path) == std::vector<Intent>{kIntent});
  CHECK(quarantined(path).front().version == 1);  // the one of another version of the family is not met
}

TEST_CASE("quarantine ends with a new version of the family") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  FakeSetting s;
  const Intent second{s.target.device.fingerprint(), s.problem.text(), "relu.fake.cpu", 1, knob(2).text()};
  for (int death = 0; death < 2; ++death) die_running(path, second);
  for (const int version : {1, 2}) {
    CAPTURE(version);
    const FakeFamily family("relu.fake.cpu", {{knob(1), 10, 300}, {knob(2), 20, 50}, {knob(3), 30, 100}}, 1,
                            version);
    const std::vector<const kernels::KernelFamily*> families{&family};
    TuningDb db(path);
    const TimedSchedule choice = tune(s.request(families), db);
    CHECK(choice.schedule == (version == 1 ? knob(3) : knob(2)));
    CHECK(choice.measurements == (version == 1 ? 2 : 3));
    CHECK(db.quarantined(second.device, second.problem) ==
          std::vector<Intent>{second});  // an app may go back
  }
}

TEST_CASE("a process that dies in a pause of tuning suspects no candidate") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  FakeSetting s;
  const FakeFamily family("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}, {knob(3), 12, 250}});
  const std::vector<const kernels::KernelFamily*> families{&family};
  const pid_t child = ::fork();
  if (child == 0) {
    TuningDb db(path);
    ProblemTuning tuning(s.request(families, Mode::full), db);
    for (int steps = 0; steps < 12; ++steps) tuning.until(FakeClock::now + std::chrono::nanoseconds(1));
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(entries(path) == 0);
  CHECK(RawConnection(path).integer("SELECT count(*) FROM schedule") == 1);  // it was in the middle
}

TEST_CASE("a run that ends clears a candidate of the deaths before it") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  die_running(path, kIntent);
  {
    TuningDb db(path);
    db.begin_candidate(kIntent);
    db.end_candidate(kIntent);
  }
  CHECK(entries(path) == 0);
  die_running(path, kIntent);
  CHECK(quarantined(path).empty());
}

TEST_CASE("deaths are forgotten after a month, and so are their entries") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 1);
  const std::int64_t now = seconds_now();
  struct Case {
    std::int64_t age_days;
    bool quarantined;
  };
  for (const Case& c : {Case{0, true}, {29, true}, {31, false}, {400, false}, {-2, true}, {-400, false}}) {
    CAPTURE(c.age_days);
    put(path, {.intent = kIntent, .owner = "gone/1/1", .deaths = 1, .begun_s = now - c.age_days * kDay});
    CHECK(quarantined(path).size() == (c.quarantined ? 1u : 0u));
  }
  put(path, {.intent = kIntent, .owner = "gone/1/1", .deaths = 1, .begun_s = now - 31 * kDay});
  Intent other = kIntent;
  other.problem = "Relu 1x3 -> 1x3";
  TuningDb db(path);
  db.begin_candidate(other);
  db.end_candidate(other);
  CHECK(entries(path) == 0);
}

TEST_CASE("old deaths do not add to new ones, and an owner that lives is no death") {
  const std::int64_t now = 1'000'000'000;
  const JournalEntry old{.intent = kIntent, .owner = "gone/1/1", .deaths = 5, .begun_s = now - 31 * kDay};
  const JournalEntry recent{.intent = kIntent, .owner = "gone/1/1", .deaths = 0, .begun_s = now - kDay};
  const JournalEntry living{.intent = kIntent, .owner = process_owner(), .deaths = 1, .begun_s = now - kDay};
  CHECK(entry_of(kIntent, std::nullopt, now).deaths == 0);
  CHECK(entry_of(kIntent, old, now).deaths == 0);
  CHECK(entry_of(kIntent, recent, now).deaths == 1);
  CHECK(entry_of(kIntent, living, now).deaths == 1);
  CHECK_FALSE(quarantines(living, now));
  CHECK_FALSE(quarantines(recent, now));
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
