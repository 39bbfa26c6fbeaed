// Kills a process at a random moment of its work, again and again, with one database. After each kill the next load works and answers right,
// nothing that was stored is lost, and nothing lies about.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <map>
#include <set>
#include <thread>

#include "base/error.h"
#include "processes/children.h"
#include "processes/place.h"
#include "processes/rounds.h"
#include "tuner/tuning_db.h"

namespace rt3d::processes {
namespace {

constexpr float kShortestMs = 1, kLongestMs = 2000;
constexpr int kMostRows = 3000;      // of the database, which then begins anew
constexpr int kRoundsOfOne = 25;     // likewise, about
constexpr int kRoundsToDeaths = 20;  // between two candidates that are killed twice

class Rounds {
 public:
  explicit Rounds(const Options& options)
      : place_(options.folder), nets_(make_nets(place_.folder)), random_(options.seed) {}

  // Throws where something is wrong; what was told is reset.
  void round(int number) {
    if (known_.size() > kMostRows || random_.below(kRoundsOfOne) == 0) begin_anew();
    if (number % kRoundsToDeaths == 0) twice_dead(number);
    const WorkRow& work = works()[static_cast<std::size_t>(random_.below(std::ssize(works())))];
    told().problems = 0;
    told().wrong[0] = '\0';
    const std::uint64_t seed = random_.bits();
    const pid_t child = start(told(), [&] {
      for (Work w{nets_, place_.database().string(), 0, told(), Random(seed)};; ++told().turns) work.turn(w);
    });
    const float ms = std::exp(random_.uniform(std::log(kShortestMs), std::log(kLongestMs)));
    std::this_thread::sleep_for(std::chrono::duration<float, std::milli>(ms));
    try {
      kill_child(child);
      check();
    } catch (const std::exception& error) {
      throw std::runtime_error(cat(work.name, ", killed after ", ms, " ms: ", error.what()));
    }
    ++killed_[work.name];
  }

  void report(int wrong) {
    int rounds = 0;
    std::string kinds;
    for (const auto& [name, count] : killed_) {
      rounds += count;
      kinds += cat(kinds.empty() ? "" : ", ", name, " ", count);
    }
    std::printf(
        "kill: %d rounds (%s), %d databases, %d candidates quarantined, %d runs, %d plans taken, %d wrong\n",
        rounds + wrong, kinds.c_str(), databases_, quarantined_, told().runs.load(), told().plans.load(),
        wrong);
  }

 private:
  Told& told() { return shared_.all().front(); }

  void begin_anew() {
    place_.remove_database();
    known_.clear();
    told().imported = 0;
    ++databases_;
  }

  void kill_child(pid_t child) {
    require(child > 0, "cannot start a process");
    ::kill(child, SIGKILL);
    int status = 0;
    require(waitpid(child, &status, 0) == child, "cannot wait for a process");
    require(told().wrong[0] == '\0', told().wrong);
    require(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, cat("a process ended with ", status));
  }

  // What the next process meets.
  void check() {
    listen(told());
    const Net& net = nets_[static_cast<std::size_t>(told().net.load())];
    {
      const Session session = make_session(net, options_with(place_.database().string(), RT3D_TUNE_OFF));
      require_right(net, session);
      const rt3d_session_stats stats = stats_of(session);
      require(stats.database_note[0] == '\0', cat("the next load: ", stats.database_note));
      require(stats.from_database >= std::min<int>(stats.problems, told().problems),
              cat(stats.from_database, " problems are remembered, ", told().problems.load(), " were tuned"));
    }
    check_rows();
    require(told().wrong[0] == '\0', cat("the next load: ", told().wrong));
    place_.require_clean();
  }

  void check_rows() {
    if (!std::filesystem::exists(place_.database())) {
      require(known_.empty() && told().imported == 0 && told().problems == 0, "the database is gone");
      return;
    }
    std::vector<tuner::Row> rows;
    {
      const tuner::TuningDb db(place_.database(), false);
      rows = tuner::parse_rows(db.export_text());
      require(db.trouble().empty(), db.trouble());
    }
    std::set<tuner::RowKey> now;
    for (const tuner::Row& row : rows) now.insert(tuner::key_of(row));
    for (const tuner::RowKey& key : known_)
      require(now.contains(key), cat("a row is lost: ", std::get<2>(key), ", ", std::get<3>(key)));
    known_ = std::move(now);
    std::vector<int> found = batches_in(rows, 0);
    const int imported = told().imported;
    found.resize(std::max(found.size(), static_cast<std::size_t>(imported) + 2));
    for (int batch = 1; batch < std::ssize(found); ++batch) {
      const int count = found[static_cast<std::size_t>(batch)];
      const bool whole = count == kBatchRows, may_lack = batch > imported;
      require(whole || (may_lack && count == 0), cat("batch ", batch, " has ", count, " rows"));
      require(batch <= imported + 1 || count == 0, "a batch that nobody imported");
    }
    if (found[static_cast<std::size_t>(imported) + 1] == kBatchRows) told().imported = imported + 1;
  }

  // A candidate that two processes die of is not proposed again; after one death it is.
  void twice_dead(int number) {
    const tuner::Intent intent{"killed/device", cat("Relu 1x", number, " -> 1x", number), "relu.fake.cpu", 1,
                               "a=1"};
    for (int deaths = 1; deaths <= 2; ++deaths) {
      told().begun = false;
      const pid_t child = start(told(), [&] {
        tuner::TuningDb db(place_.database());
        db.begin_candidate(intent);
        told().begun = true;
        for (;;) pause();
      });
      while (!told().begun && waitpid(child, nullptr, WNOHANG) == 0) std::this_thread::yield();
      kill_child(child);
      const std::size_t listed =
          tuner::TuningDb(place_.database()).quarantined(intent.device, intent.problem).size();
      require(listed == (deaths == 2 ? 1u : 0u),
              cat("after ", deaths, " deaths ", listed, " are quarantined"));
    }
    ++quarantined_;
  }

  Place place_;
  std::vector<Net> nets_;
  SharedTold shared_{1};
  Random random_;
  std::set<tuner::RowKey> known_;
  std::map<std::string, int> killed_;
  int databases_ = 1, quarantined_ = 0;
};

}  // namespace

int kill_rounds(const Options& options) {
  Rounds rounds(options);
  int wrong = 0;
  for (int number = 1; number <= options.rounds && wrong < 10; ++number) {
    try {
      rounds.round(number);
    } catch (const std::exception& error) {
      ++wrong;
      std::printf("round %d (seed %llu): %s\n", number, static_cast<unsigned long long>(options.seed),
                  error.what());
    }
  }
  rounds.report(wrong);
  return wrong;
}

}  // namespace rt3d::processes
