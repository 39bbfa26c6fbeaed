// The phone kit's program: what it reads of a phone, what it does in which order, and that it goes on where it ended.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/parts/npy.h"
#include "cli/phone/child.h"
#include "cli/phone/core_sets.h"
#include "cli/phone/heat.h"
#include "cli/phone/plan.h"
#include "cli/phone/step_store.h"
#include "cli/phone/system_files.h"
#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void put(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

fs::path cpu_file(const Scratch& scratch, int cpu, const std::string& name) {
  return fs::path(scratch.path("root")) / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu)) / name;
}

std::string names_of(const std::vector<CoreSet>& sets) {
  std::string text;
  for (const CoreSet& set : sets) {
    text += set.name + ":";
    for (const int cpu : set.cpus) text += std::to_string(cpu);
    text += " ";
  }
  return text;
}

}  // namespace

TEST_CASE("core sets are a phone's clusters by capacity, and what an app would take of them") {
  const Scratch scratch;
  for (int cpu = 0; cpu < 8; ++cpu)
    put(cpu_file(scratch, cpu, "cpu_capacity"), cpu < 4 ? "285\n" : cpu < 7 ? "871\n" : "1024\n");
  const fs::path root = scratch.path("root");
  CHECK(names_of(core_sets(root, {0, 1, 2, 3, 4, 5, 6, 7})) ==
        "fast:4567 all:01234567 little:0123 middle:456 prime:7 ");
  CHECK(names_of(core_sets(root, {0, 1, 7})) == "all:017 little:01 big:7 ");  // one core is no set for an app
  CHECK(names_of(core_sets(root, {0, 1, 2, 3})) == "all:0123 ");
}

TEST_CASE("core sets without capacities go by the highest clock, and without anything are one") {
  const Scratch scratch;
  for (int cpu = 0; cpu < 4; ++cpu)
    put(cpu_file(scratch, cpu, "cpufreq/cpuinfo_max_freq"), cpu < 2 ? "1800000\n" : "2400000\n");
  const fs::path root = scratch.path("root");
  CHECK(names_of(core_sets(root, {0, 1, 2, 3})) == "fast:23 all:0123 little:01 ");
  CHECK(names_of(core_sets(root / "nothing", {0, 1, 2, 3})) == "all:0123 ");
}

TEST_CASE("a thermometer reads what can be read") {
  const Scratch scratch;
  const fs::path root = scratch.path("root");
  const fs::path thermal = root / "sys/class/thermal";
  put(thermal / "thermal_zone10/type", "battery\n");
  put(thermal / "thermal_zone10/temp", "31500\n");
  put(thermal / "thermal_zone2/type", "cpu-1-0\n");
  put(thermal / "thermal_zone2/temp", "41000\n");
  put(thermal / "thermal_zone3/temp", "");  // a driver that fails
  put(thermal / "cooling_device0/type", "fan\n");
  put(cpu_file(scratch, 3, "cpufreq/scaling_cur_freq"), "2419200\n");
  const Thermometer heat(root);
  CHECK(heat.columns() == json{{"zones", {"cpu-1-0", "battery"}}, {"clocks", {"cpu3"}}});
  CHECK(heat.read() == json{{"celsius", {41.0, 31.5}}, {"mhz", {2419.2}}});
  fs::remove(thermal / "thermal_zone10/temp");  // a sensor that is asleep
  CHECK(heat.read()["celsius"] == json{41.0, nullptr});
  CHECK(Thermometer(root / "nothing").read() == json{{"celsius", json::array()}, {"mhz", json::array()}});
}

TEST_CASE("lists of processors are read as the kernel writes them") {
  CHECK(parse_cpu_list("0-2,5") == std::vector<int>{0, 1, 2, 5});
  CHECK(parse_cpu_list("").empty());
  CHECK(parse_cpu_list("1,x,3") == std::vector<int>{1});
}

TEST_CASE("a phone's steps check before they measure, and no two are alike") {
  const std::vector<CoreSet> sets = {
      {"fast", {4, 5, 6, 7}}, {"all", {0, 1, 2, 3, 4, 5, 6, 7}}, {"little", {0, 1, 2, 3}}};
  const std::vector<PhoneStep> steps = phone_steps(false, sets);
  std::set<std::string> ids;
  bool measured = false;
  for (const PhoneStep& step : steps) {
    CHECK(ids.insert(step.id()).second);
    if (step.kind != StepKind::check) measured = true;
    CHECK_FALSE((measured && step.kind == StepKind::check));
  }
  for (const char* id :
       {"check-s3d-kgs", "bench-c3d-default-fast-4", "bench-c3d-kgs-half-fast-4", "bench-s3d-default-fast-1",
        "bench-c3d-default-fast-2", "bench-c3d-default-little-4", "sustained-c3d-kgs-default-fast-4"}) {
    CAPTURE(id);
    CHECK(ids.contains(id));
  }
}

TEST_CASE("a step store forgets what another program measured, and counts the steps that killed the kit") {
  const Scratch scratch;
  const fs::path folder = scratch.path("steps");
  {
    const StepStore store(folder, "one");
    store.keep("a", {{"checked", true}});
    store.begin("b");
    store.begin("b");
    store.begin("c");
    store.give_up("c");
  }
  const StepStore same(folder, "one");
  REQUIRE(same.find("a"));
  CHECK((*same.find("a"))["checked"] == true);
  CHECK_FALSE(same.find("b"));
  CHECK(same.deaths("b") == 2);
  CHECK(same.deaths("c") == 0);
  put(folder / "a.json", "{\"cut");
  CHECK_FALSE(same.find("a"));
  const StepStore other(folder, "two");
  CHECK(other.deaths("b") == 0);
}

TEST_CASE("a child's end is told: code, words, signal, time") {
  const Scratch scratch;
  const ChildOptions options{.folder = scratch.path(""), .cpus = {}, .most_seconds = 60};
  const auto shell = [](const std::string& line) { return std::vector<std::string>{"/bin/sh", "-c", line}; };
  const ChildResult fine = run_child(shell("echo out; echo err >&2"), options);
  CHECK(fine.exit_code == 0);
  CHECK(fine.out == "out\n");
  CHECK(fine.trouble.empty());
  CHECK(run_child(shell("echo first >&2; echo last >&2; exit 3"), options).trouble == "last");
  CHECK(run_child(shell("exit 3"), options).trouble == "exit code 3");
  const ChildResult killed = run_child(shell("kill -9 $$"), options);
  CHECK(killed.exit_code == -1);
  CHECK(killed.trouble == "ended by signal 9");
  CHECK(run_child({"/no/such/program"}, options).trouble == "it could not be started");
  ChildOptions short_time = options;
  short_time.most_seconds = 0;
  CHECK(holds(run_child(shell("sleep 1000"), short_time).trouble, "killed after 0 s"));
  int looks = 0;
  ChildOptions watched = options;
  watched.look = [&](double) { ++looks; };
  run_child(shell("read line <" + scratch.path("gate") + " || sleep 0.3"), watched);
  CHECK(looks >= 1);
  ChildOptions pinned = options;
  pinned.cpus = {usable_cpus().back()};
  ChildOptions elsewhere = options;
  elsewhere.cpus = {1023};  // no machine of ours has so many
  CHECK(run_child(shell("true"), elsewhere).trouble == "the system does not let it run on these cores");
  CHECK(holds(run_child(shell("grep Cpus_allowed_list /proc/self/status"), pinned).out,
              "\t" + std::to_string(pinned.cpus[0]) + "\n"));
}

TEST_CASE("the phone kit measures, finds what is wrong, and goes on where it ended") {
  const Shell shell;
  const std::string reference = shell.scratch.path("reference"), output = shell.scratch.path("results.json");
  const auto phone = [&](const std::string& words) { return shell(RT3D_PHONE_COMMAND " " + words); };
  const std::string measure = "measure --quick --reference " + reference + " --folder " +
                              shell.scratch.path("work") + " --root " + shell.scratch.path("root") + " -o " +
                              output;
  const Result nothing = phone(measure);
  CHECK(nothing.exit_code == 1);
  CHECK(holds(nothing.err, "there is no folder small-c3d"));

  const Result references = phone("references --quick -o " + reference);
  CAPTURE(references.err);
  REQUIRE(references.exit_code == 0);
  const fs::path one = fs::path(reference) / "small-s3d/output.npy", kept = shell.scratch.path("kept.npy");
  fs::rename(one, kept);
  Array wrong = read_npy(kept);
  wrong.data[3] = std::byte{0x41};  // the first score: 8 or more
  write_npy(one, wrong.dtype, wrong.shape, wrong.data.data());
  const std::size_t steps = phone_steps(true, core_sets(shell.scratch.path("root"), usable_cpus())).size();

  const fs::path getprop = fs::path(shell.scratch.path("root")) / "system/bin/getprop";
  put(getprop, "#!/bin/sh\nif [ $1 = ro.product.model ]; then echo One Phone; fi\n");
  fs::permissions(getprop, fs::perms::owner_all);
  const Result stopped = phone(measure + " --minutes 0.000001");
  CHECK(stopped.exit_code == 0);
  CHECK(holds(stopped.out, "0 of " + std::to_string(steps) + " steps are done: run it again to go on"));
  const json begun = json::parse(read_file(output));
  CHECK(begun["finished"] == false);
  CHECK(begun["facts"]["properties"] == json{{"ro.product.model", "One Phone"}});

  const Result first = phone(measure);
  CAPTURE(first.out);
  CAPTURE(first.err);
  CHECK(first.exit_code == 1);
  CHECK(holds(first.out, "check-small-s3d, "));
  CHECK(holds(first.out, "WRONG"));
  json results = json::parse(read_file(output));
  CHECK(results["kind"] == "phone-kit");
  CHECK(results["finished"] == true);
  REQUIRE(results["steps"].size() == steps);
  for (const json& step : results["steps"]) {
    CAPTURE(step["id"].get<std::string>());
    CHECK_FALSE(step.contains("error"));
    CHECK(step["checked"] == (step["network"] != "small-s3d"));
    if (step["kind"] == "bench") CHECK(step["report"]["bench"]["median_ns"] > 0);
    if (step["kind"] == "sustained") CHECK(step["report"]["sustained"]["windows"].size() >= 1);
  }

  // What is kept is not done again, what is gone is; a step that killed the kit twice is left out.
  fs::rename(kept, one);
  const fs::path folder = fs::path(shell.scratch.path("work")) / "quick";
  for (const char* id : {"check-small-s3d", "check-small-c3d"})
    fs::remove(folder / (std::string(id) + ".json"));
  put(folder / "check-small-c3d.begun", "..");
  const Result second = phone(measure);
  CHECK(second.exit_code == 1);
  CHECK(holds(second.out, "(before)"));
  results = json::parse(read_file(output));
  for (const json& step : results["steps"]) {
    if (step["id"] == "check-small-s3d") CHECK(step["checked"] == true);
    if (step["id"] == "check-small-c3d")
      CHECK(step["skipped"] == "the kit was killed twice during this step");
  }

  put(fs::path(shell.scratch.path("root")) / "proc/meminfo", "MemTotal: 9 kB\nMemAvailable: 8 kB\n");
  fs::remove(folder / "check-small-s3d.json");
  CHECK(holds(phone(measure).out, "skipped: needs about"));
}

}  // namespace rt3d::cli
