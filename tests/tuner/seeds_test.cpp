// Rows that came along: whose they are, what they are good for, and files that are none.
#include "tuner/seeds.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "scratch_folder.h"
#include "tuner/fake_family.h"
#include "tuner/row.h"
#include "tuner/tuner.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

constexpr const char* kProblem = "Relu 1x10x33 -> 1x10x33";
constexpr const char* kHere = "neon/Cortex-A76/l1=64K/l2=512K/l3=4096K";
constexpr const char* kSameCore = "neon/Cortex-A76/l1=64K/l2=256K/l3=2048K";
constexpr const char* kSameIsa = "neon/Cortex-A55/l1=32K/l2=128K/l3=0K";
constexpr const char* kElsewhere = "avx2/AMD_EPYC/l1=48K/l2=1024K/l3=32768K";

Row row_of(const std::string& device, int threads, const std::string& schedule = "a=2,b=0",
           double time_ns = 100) {
  return {.device = device,
          .threads = threads,
          .problem = kProblem,
          .family = "f",
          .version = 1,
          .schedule = schedule,
          .time_ns = time_ns,
          .default_ns = 0};
}

std::string why_refused(const std::filesystem::path& file) {
  Seeds seeds;
  try {
    seeds.add_file(file);
  } catch (const Error& error) {
    CHECK(seeds.count() == 0);
    return error.what();
  }
  return "";
}

// Seeds of one row of the fake family on a device.
std::shared_ptr<Seeds> seeds_of(const FakeSetting& s, const FakeFamily& family, const std::string& device,
                                int threads, const std::string& schedule) {
  auto seeds = std::make_shared<Seeds>();
  Row row = row_of(device, threads, schedule);
  row.problem = s.problem.text();
  row.family = std::string(family.id());
  row.version = family.version();
  seeds->add({row});
  return seeds;
}

}  // namespace

TEST_CASE("devices are related by instruction set and core; accelerators by their model") {
  CHECK(kinship(kHere, kHere) == Kinship::same);
  CHECK(kinship(kHere, kSameCore) == Kinship::core);
  CHECK(kinship(kHere, kSameIsa) == Kinship::instruction_set);
  CHECK(kinship(kHere, kElsewhere) == Kinship::none);
  CHECK(kinship("opencl/QUALCOMM/Adreno_650/1/2/cu=3/ext=a", "opencl/QUALCOMM/Adreno_650/1/9/cu=3/ext=b") ==
        Kinship::core);
  CHECK(kinship("opencl/QUALCOMM/Adreno_650/1/2/cu=3/ext=a", "opencl/ARM/Mali-G76/1/2/cu=12/ext=b") ==
        Kinship::instruction_set);
  CHECK(kinship("opencl/QUALCOMM/Adreno_650/1/2/cu=3/ext=a", kHere) == Kinship::none);
  CHECK(kinship("neon", "neon/x") == Kinship::instruction_set);
}

TEST_CASE("relatives come the closest first: by device, then by threads") {
  Seeds seeds;
  seeds.add({row_of(kElsewhere, 4), row_of(kSameIsa, 4), row_of(kSameCore, 1), row_of(kSameCore, 4),
             row_of(kHere, 1), row_of(kHere, 4), row_of(kHere, 2), row_of(kSameCore, 4)});
  CHECK(seeds.count() == 7);  // the last one was there
  CHECK(seeds.find(kHere, 4, kProblem).size() == 1);
  CHECK(seeds.find(kHere, 8, kProblem).empty());
  CHECK(seeds.find(kHere, 4, "q").empty());
  std::vector<std::pair<std::string, int>> order;
  for (const std::vector<Row>& group : seeds.relatives(kHere, 4, kProblem))
    order.emplace_back(group.front().device, group.front().threads);
  const std::vector<std::pair<std::string, int>> wanted{
      {kHere, 2}, {kHere, 1}, {kSameCore, 4}, {kSameCore, 1}, {kSameIsa, 4}};
  CHECK(order == wanted);
  CHECK(seeds.relatives(kHere, 4, kProblem)[2].size() == 1);
  CHECK(seeds.relatives(kHere, 4, "q").empty());
}

TEST_CASE(
    "a seed of the very device counts like a measured row, where the database has none of that version") {
  auto seeds = std::make_shared<Seeds>();
  seeds->add({row_of(kHere, 4, "a=2,b=0", 50)});
  TuningDb db("", true, seeds);
  REQUIRE(db.find(kHere, 4, kProblem).size() == 1);
  CHECK(db.count() == 0);  // it is not the database's
  CHECK(db.find(kHere, 2, kProblem).empty());

  Row older = row_of(kHere, 4, "a=1,b=0", 10);
  older.version = 0;
  db.store(older);
  CHECK(db.find(kHere, 4, kProblem).size() == 2);  // who knows the family's version takes the right one
  db.store(row_of(kHere, 4, "a=3,b=0", 80));       // measured here: worth more than what came along
  REQUIRE(db.find(kHere, 4, kProblem).size() == 1);
  CHECK(db.find(kHere, 4, kProblem)[0].schedule == "a=3,b=0");
}

TEST_CASE("of two seeds for one key the one that was added first is used") {
  Seeds app, embedded;
  app.add({row_of(kHere, 4, "a=2,b=0", 50)});
  embedded.add({row_of(kHere, 4, "a=3,b=0", 40), row_of(kHere, 2, "a=3,b=0", 40)});
  app.add(embedded);
  CHECK(app.count() == 2);
  REQUIRE(app.find(kHere, 4, kProblem).size() == 1);
  CHECK(app.find(kHere, 4, kProblem)[0].schedule == "a=2,b=0");
  CHECK(app.find(kHere, 2, kProblem).size() == 1);
}

TEST_CASE("a relative's row stands in for the estimate, and tuning begins with it") {
  FakeSetting s;
  FakeFamily family{"relu.fake.cpu", {{knob(1), 10}, {knob(2), 20}, {knob(3), 30}, {knob(4), 40}}};
  const std::vector<const kernels::KernelFamily*> families{&family};
  const std::string here = s.target.device.fingerprint();
  const std::string relative = here + "-another";
  REQUIRE(kinship(here, relative) >= Kinship::instruction_set);
  {
    TuningDb db("", true, seeds_of(s, family, relative, s.target.threads, "a=3,b=0"));
    const std::vector<TimedSchedule> near = recall_near(db, s.problem, families, s.target);
    REQUIRE(near.size() == 1);
    CHECK(near[0].schedule == knob(3));
    CHECK(recall(db, s.problem, families, s.target).empty());  // it is not known here
    const TimedSchedule found = tune(s.request(families), db);
    CHECK(found.measurements == 2);  // that one, and the best estimate
    CHECK_FALSE(recall(db, s.problem, families, s.target).empty());
  }
  {  // of this device with other threads: only the order of the search
    TuningDb db("", true, seeds_of(s, family, here, s.target.threads + 1, "a=3,b=0"));
    CHECK(recall_near(db, s.problem, families, s.target).size() == 1);
    CHECK(tune(s.request(families), db).measurements >= 4);
  }
  {  // what is no schedule of this family says nothing
    TuningDb db("", true, seeds_of(s, family, relative, s.target.threads, "a=7,b=0"));
    CHECK(recall_near(db, s.problem, families, s.target).empty());
  }
}

TEST_CASE("seeds are text or a database, and what is neither is told by name and line") {
  const tests::ScratchFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder.path() / name) << text;
    return folder.path() / name;
  };
  const std::string text = rows_text({row_of(kHere, 4), row_of(kSameIsa, 2)});
  Seeds seeds;
  seeds.add_file(write("rows.tsv", text));
  CHECK(seeds.count() == 2);
  { TuningDb(folder.path() / "rows.db").import_text(text); }
  Seeds more;
  more.add_file(folder.path() / "rows.db");
  CHECK(more.count() == 2);

  CHECK(why_refused(folder.path() / "none.tsv").find("none.tsv") != std::string::npos);
  CHECK(why_refused(folder.path()).find("cannot read the seeds") != std::string::npos);
  const std::string cut = why_refused(write("cut.tsv", text + "neon\t4\n"));
  CHECK(cut.find("cut.tsv") != std::string::npos);
  CHECK(cut.find("line 4") != std::string::npos);
  CHECK(why_refused(write("other.txt", "hello\n")).find("other.txt") != std::string::npos);
  CHECK(why_refused(write("broken.db", "SQLite format 3 and no more")).find("broken.db") !=
        std::string::npos);
}

}  // namespace rt3d::tuner
