// Many processes tune, serve and import with one database at the same time: no error, no warning, no row lost, nobody refused.
#include <sys/wait.h>

#include <chrono>

#include "base/error.h"
#include "processes/children.h"
#include "processes/place.h"
#include "processes/rounds.h"
#include "tuner/tuning_db.h"

namespace rt3d::processes {
namespace {

using Clock = std::chrono::steady_clock;

void work_until(Clock::time_point end, Work work) {
  while (Clock::now() < end && work.told.wrong[0] == '\0') {
    works()[static_cast<std::size_t>(work.random.below(std::ssize(works())))].turn(work);
    ++work.told.turns;
  }
}

void check_afterwards(const Place& place, std::span<const Net> nets, std::span<Told> told) {
  const tuner::TuningDb db(place.database(), false);
  const std::vector<tuner::Row> rows = tuner::parse_rows(db.export_text());
  for (int writer = 0; writer < std::ssize(told); ++writer) {
    const std::vector<int> found = batches_in(rows, writer);
    for (int batch = 1; batch <= told[static_cast<std::size_t>(writer)].imported; ++batch)
      require(std::ssize(found) > batch && found[static_cast<std::size_t>(batch)] == kBatchRows,
              cat("batch ", batch, " of writer ", writer, " is lost"));
  }
  for (const Net& net : nets) {
    const Session session = make_session(net, options_with(place.database().string(), RT3D_TUNE_OFF));
    require_right(net, session);
    require(stats_of(session).database_note[0] == '\0', stats_of(session).database_note);
  }
  place.require_clean();
}

}  // namespace

int crowd(const Options& options) {
  const Place place(options.folder);
  const std::vector<Net> nets = make_nets(place.folder);
  SharedTold shared(static_cast<std::size_t>(options.processes));
  const Clock::time_point end = Clock::now() + std::chrono::seconds(options.seconds);
  std::vector<pid_t> children;
  for (int i = 0; i < options.processes; ++i) {
    Told& told = shared.all()[static_cast<std::size_t>(i)];
    children.push_back(start(told, [&] {
      work_until(end, {nets, place.database().string(), i, told,
                       Random(options.seed * 1000 + static_cast<std::uint64_t>(i))});
    }));
  }
  int wrong = 0;
  const auto complain_here = [&](const std::string& what) {
    ++wrong;
    std::printf("%s\n", what.c_str());
  };
  std::int64_t turns = 0, runs = 0, imported = 0, plans = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const Told& told = shared.all()[i];
    int status = -1;
    if (children[i] < 0 || waitpid(children[i], &status, 0) != children[i] || status != 0)
      complain_here(cat("process ", i, " ended with ", status, ": ", told.wrong));
    turns += told.turns, runs += told.runs, imported += told.imported, plans += told.plans;
  }
  try {
    check_afterwards(place, nets, shared.all());
  } catch (const std::exception& error) {
    complain_here(cat("afterwards: ", error.what()));
  }
  std::printf(
      "crowd: %d processes, %d s, %lld turns, %lld runs, %lld plans taken, %lld imports of %d rows, %d "
      "wrong\n",
      options.processes, options.seconds, static_cast<long long>(turns), static_cast<long long>(runs),
      static_cast<long long>(plans), static_cast<long long>(imported), kBatchRows, wrong);
  return wrong;
}

}  // namespace rt3d::processes
