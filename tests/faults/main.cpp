// rt3d-faults: whatever the system refuses, and whenever, a call answers with a status: nothing ends, leaks or is lost, and the same
// call succeeds afterwards. Each case (a fixture, what is done with it, threads, what is refused) is run with call 0, 1, 2, …
// refused, alone or with all after it, until none is; with --stacks with the first and the last call of every call stack, else with
// the first few and a seeded sample. A case runs in a
// child, which a crash ends without ending the rest. "run allocates nothing" is counted by the same means. What went wrong is told
// once more at the end.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "allocations.h"
#include "script.h"

namespace rt3d::faults {
namespace {

constexpr unsigned kSecondsPerPoint = 120;  // more is a deadlock
constexpr char kRuns[] = "runs";            // --only: no faults, but that runs allocate nothing

struct Arguments {
  bool every = false;
  bool stacks = false;
  std::string only;        // part of a case's name
  std::uint64_t seed = 1;  // of the sample
};

// What a child tells its parent, in memory that both see.
struct Shared {
  std::int64_t point, calls, refused, passed;
  bool done;
  std::uint64_t stacks[1 << 20];  // of the calls
  char step[kStepBytes], wrong[400];
};

struct Row {
  Case what;
  bool all_after;
  bool cold;   // every point in a process that has done nothing yet
  int first;   // points that are always tried
  int sample;  // and of the others
};

std::string name_of(const Row& row) {
  return row.what.fixture->name + " " + work_name(row.what.work) + ", " + std::to_string(row.what.threads) +
         (row.what.threads == 1 ? " thread, " : " threads, ") + resource_name(row.what.resource) +
         (row.all_after ? " n and all after" : " n") + (row.cold ? ", first of its process" : "");
}

// The first and the last call of each stack.
std::vector<std::int64_t> points_of_stacks(const std::uint64_t* stacks, std::int64_t calls) {
  std::map<std::uint64_t, std::pair<std::int64_t, std::int64_t>> ends;
  for (std::int64_t n = 0; n < calls; ++n) ends.try_emplace(stacks[n], n, n).first->second.second = n;
  std::set<std::int64_t> points;
  for (const auto& [stack, end] : ends) points.insert({end.first, end.second});
  return {points.begin(), points.end()};
}

std::vector<std::int64_t> points_of(const Row& row, const Shared& shared, const Arguments& arguments) {
  const std::int64_t calls = shared.calls;
  if (arguments.stacks) return points_of_stacks(shared.stacks, std::min(calls, std::ssize(shared.stacks)));
  std::set<std::int64_t> points;
  const auto first = arguments.every ? calls : std::min<std::int64_t>(row.first, calls);
  for (std::int64_t n = 0; n < first; ++n) points.insert(n);
  std::mt19937_64 random(arguments.seed);
  for (int i = 0; i < row.sample && first < calls; ++i)
    points.insert(first + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(calls - first)));
  return {points.begin(), points.end()};
}

// Debian 12's protobuf loses the one element that a list was about to take when there is no memory to grow the list, while a model
// is parsed. A test that loads refuses nothing else at that moment, so no more than that is overlooked.
constexpr std::int64_t kLostByProtobuf = 1;

// One point: the script with its n-th call refused. Blocks that stay allocated are a leak when a second time leaves as many again:
// what is kept for the life of the process is kept once.
std::string try_point(Script& script, const Row& row, std::int64_t point, bool& refused) {
  std::int64_t grown[2] = {0, 0};
  for (int round = 0; round < 2; ++round) {
    const std::int64_t before = live_blocks();
    script.clean();
    arm(row.what.resource, point, row.all_after);
    script.run();
    disarm();
    if (round == 0) refused = script.refusals() > 0;
    if (!script.wrong().empty()) return script.wrong();
    grown[round] = live_blocks() - before;
    const bool parsing = std::strcmp(script.refused(), "rt3d_model_load") == 0;
    if (row.cold || grown[round] <= (parsing ? kLostByProtobuf : 0)) return "";
  }
  return "leaks " + std::to_string(grown[1]) + " blocks";
}

// In a child: all points from the shared one on.
void work_through(Script& script, const Row& row, const std::vector<std::int64_t>& points, Shared& shared) {
  for (const std::int64_t point : points) {
    if (point < shared.point) continue;
    shared.point = point;
    alarm(kSecondsPerPoint);
    bool refused = false;
    const std::string wrong = try_point(script, row, point, refused);
    ++(refused ? shared.refused : shared.passed);
    if (wrong.empty() && !row.cold) continue;
    std::snprintf(shared.wrong, sizeof shared.wrong, "%s", wrong.c_str());
    _exit(0);
  }
  shared.done = true;
  _exit(0);
}

// Runs `body` in a child; "" or how it ended.
template <typename Body>
std::string in_child(const Shared& shared, Body&& body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGALRM, SIG_DFL);
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return std::string(strsignal(WTERMSIG(status))) + " in " + shared.step;
  return WEXITSTATUS(status) == 0 ? "" : "ended with " + std::to_string(WEXITSTATUS(status));
}

// How many calls for the resource there are, when none is refused.
std::int64_t count_calls(const Row& row, const std::string& folder, Shared& shared) {
  const std::string ended = in_child(shared, [&] {
    Script script(row.what, folder);
    if (!row.cold) script.prepare();
    for (int round = 0; round < (row.cold ? 1 : 3); ++round) {
      script.clean();
      record_stacks(shared.stacks, std::ssize(shared.stacks));
      arm(row.what.resource, -1, false);
      script.run();
      shared.calls = std::max(shared.calls, disarm());
    }
    std::snprintf(shared.wrong, sizeof shared.wrong, "%s", script.wrong().c_str());
  });
  if (!ended.empty())
    std::snprintf(shared.wrong, sizeof shared.wrong, "without a refusal: %s", ended.c_str());
  return shared.calls;
}

// Adds a line for each point that went wrong.
void run_row(const Row& row, const Arguments& arguments, const std::string& folder, Shared& shared,
             std::vector<std::string>& wrong) {
  std::memset(static_cast<void*>(&shared), 0, sizeof shared);
  int wrong_here = 0;
  const auto complain = [&](const std::string& what) {
    ++wrong_here;
    wrong.push_back(name_of(row) + ": " + what);
    std::printf("  %s\n", what.c_str());
  };
  const std::int64_t calls = count_calls(row, folder, shared);
  if (shared.wrong[0] != '\0') complain(shared.wrong);
  const std::vector<std::int64_t> points = points_of(row, shared, arguments);
  while (!shared.done && !points.empty() && shared.point <= points.back() && wrong_here < 20) {
    shared.wrong[0] = '\0';
    const std::string ended = in_child(shared, [&] {
      Script script(row.what, folder);
      if (!row.cold) {
        script.prepare();
        for (int round = 0; round < 2; ++round) {
          script.clean();
          script.run();
        }
      }
      work_through(script, row, points, shared);
    });
    if (shared.wrong[0] != '\0' || !ended.empty())
      complain("n = " + std::to_string(shared.point) + ": " + shared.wrong + ended);
    ++shared.point;
  }
  std::printf("%s: %lld calls, %zu points, %lld refused, %lld passed over, %d wrong\n", name_of(row).c_str(),
              static_cast<long long>(calls), points.size(), static_cast<long long>(shared.refused),
              static_cast<long long>(shared.passed), wrong_here);
}

std::vector<Row> rows(const std::vector<Fixture>& fixtures) {
  std::vector<Row> all;
  for (const Fixture& f : fixtures)
    for (const int threads : {1, 4}) {
      const bool smallest = &f == &fixtures.front();
      for (const bool all_after : {false, true}) {
        for (const Work work : {Work::untuned, Work::remembered})
          all.push_back({{&f, work, threads, Resource::memory},
                         all_after,
                         false,
                         smallest && threads == 1 ? 250 : 20,
                         40});
        all.push_back({{&f, Work::tuned, threads, Resource::memory}, all_after, false, 0, 25});
        all.push_back({{&f, Work::untuned, threads, Resource::mapping}, all_after, false, 10, 5});
        all.push_back({{&f, Work::untuned, threads, Resource::code}, all_after, true, 10, 5});
      }
      all.push_back({{&f, Work::tuned, threads, Resource::code}, true, true, 3, 3});
      all.push_back({{&f, Work::tuned, threads, Resource::mapping}, false, false, 3, 10});
      if (threads > 1) all.push_back({{&f, Work::untuned, threads, Resource::thread}, false, false, 8, 0});
      if (threads > 1) all.push_back({{&f, Work::untuned, threads, Resource::thread}, true, false, 8, 0});
    }
  for (const bool all_after : {false, true}) {
    all.push_back({{&fixtures.front(), Work::database, 1, Resource::memory}, all_after, false, 100, 100});
    all.push_back({{&fixtures.front(), Work::untuned, 4, Resource::memory}, all_after, true, 100, 100});
    all.push_back({{&fixtures.front(), Work::tuned, 1, Resource::memory}, all_after, true, 0, 40});
  }
  return all;
}

int run(const Arguments& arguments) {
  std::vector<Fixture> fixtures;
  for (const char* name : {"op_tied", "op_pools", "op_dynamic_batch_torchscript"})
    fixtures.push_back(Fixture::load(name));
  std::string folder = (std::filesystem::temp_directory_path() / "rt3d-faults-XXXXXX").string();
  if (!mkdtemp(folder.data())) return 2;
  auto* shared = static_cast<Shared*>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  write_steps_to(shared->step);
  int done = 0;
  std::vector<std::string> wrong;
  for (const Row& row : rows(fixtures)) {
    if (name_of(row).find(arguments.only) == std::string::npos) continue;
    ++done;
    run_row(row, arguments, folder, *shared, wrong);
  }
  const bool count_runs = arguments.only.empty() || arguments.only == kRuns;
  const int allocating = count_runs ? count_allocations_of_runs() : 0;
  std::filesystem::remove_all(folder);
  for (const std::string& line : wrong) std::printf("wrong: %s\n", line.c_str());
  std::printf("%d cases, %zu points wrong, %d runs allocated\n", done, wrong.size(), allocating);
  return !wrong.empty() || allocating > 0 || (done == 0 && !count_runs) ? 1 : 0;
}

}  // namespace
}  // namespace rt3d::faults

int main(int count, char** values) {
  rt3d::faults::Arguments arguments;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(values[i], "--every") == 0) {
      arguments.every = true;
    } else if (std::strcmp(values[i], "--stacks") == 0) {
      arguments.stacks = true;
    } else if (std::strcmp(values[i], "--only") == 0 && i + 1 < count) {
      arguments.only = values[++i];
    } else if (std::strcmp(values[i], "--seed") == 0 && i + 1 < count) {
      arguments.seed = std::strtoull(values[++i], nullptr, 10);
    } else {
      std::fprintf(
          stderr,
          "rt3d-faults [--every | --stacks] [--only PART-OF-A-CASE'S-NAME | --only runs] [--seed N]\n");
      return 2;
    }
  }
  return rt3d::faults::run(arguments);
}
