// Sessions while calls to the file system fail: they are created, compute what they should, and say what is wrong with the database.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "api/small_net.h"
#include "base/error.h"
#include "skip.h"
#include "tuner/faulty_vfs.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

std::vector<float> answer_beside(rt3d_session* session) {
  const std::vector<std::byte> input(kInputBytes, std::byte{0x3d});
  if (rt3d_session_set_input(session, 0, input.data(), input.size()) != RT3D_OK) return {};
  if (rt3d_session_run(session) != RT3D_OK) return {};
  const auto* y = static_cast<const float*>(rt3d_session_output(session, 0));
  return {y, y + 5};
}

bool agrees(const std::vector<float>& got, const std::vector<float>& want) {
  if (got.size() != want.size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i)
    if (!(std::abs(got[i] - want[i]) <= 1e-3f * std::abs(want[i]) + 1e-6f)) return false;
  return true;
}

struct Made {
  rt3d_status status = RT3D_INTERNAL;
  bool right = false;
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  std::string note;
};

Made make_and_run(rt3d_model* model, const std::string& database, rt3d_tuning tuning,
                  const std::vector<float>& want) {
  rt3d_session_options options = quiet_options();
  options.tuning = tuning;
  options.tuning_limit_ms = 3'600'000;  // it ends sooner
  options.database = database.c_str();
  Made made;
  rt3d_session* session = nullptr;
  made.status = rt3d_session_create(&session, model, &options);
  if (made.status != RT3D_OK) return made;
  made.right = agrees(answer_beside(session), want);
  if (rt3d_session_get_stats(&made.stats, session) == RT3D_OK) made.note = made.stats.database_note;
  rt3d_session_free(session);
  return made;
}

rt3d_tuning_state tuning_beside(rt3d_session* session) {
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  REQUIRE(rt3d_session_get_tuning(&state, session) == RT3D_OK);
  return state;
}

std::string note_of(rt3d_session* session) {
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&stats, session) == RT3D_OK);
  return stats.database_note;
}

// What becomes of the database's place while a session tunes itself.
struct Loss {
  const char* what;
  void (*lose)(const std::filesystem::path& folder, FaultyVfs& vfs);
  bool told;     // by the note; else a new file is there
  bool is_full;  // the file stays
};
const IoFault& full_disk() {
  return *std::find_if(io_faults().begin(), io_faults().end(),
                       [](const IoFault& fault) { return std::string(fault.what) == "full disk"; });
}
const Loss kLosses[] = {
    {"a full disk", [](const std::filesystem::path&, FaultyVfs& vfs) { vfs.arm(full_disk(), 1, true); }, true,
     true},
    {"a folder that is deleted",
     [](const std::filesystem::path& folder, FaultyVfs&) { std::filesystem::remove_all(folder); }, false,
     false},
    {"a folder that is a file now",
     [](const std::filesystem::path& folder, FaultyVfs&) {
       std::filesystem::remove_all(folder);
       write_bytes(folder, "x");
     },
     true, false},
    {"a file in whose place is a folder",
     [](const std::filesystem::path& folder, FaultyVfs&) {
       std::filesystem::remove_all(folder);
       std::filesystem::create_directories(folder / "tuning.db");
     },
     true, false},
};

// What the n-th call does is tested with the database alone (tuner/io_faults_test.cpp): here some of them.
constexpr int kNth[] = {1, 2, 3, 5, 9, 16, 40};

}  // namespace

TEST_CASE("whichever call to the file system fails, a session is created and right [slow: tsan aarch64]") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Model model = net_model();
  const std::vector<float> want = answer_beside(make_session(model.get(), quiet_options()).get());
  REQUIRE(want.size() == 5);
  const Folder tuned;
  const Made first = make_and_run(model.get(), tuned / "tuning.db", RT3D_TUNE_QUICK, want);
  REQUIRE(first.stats.tuned > 0);
  int failed = 0;
  for (const IoFault& fault : io_faults())
    for (const bool for_ever : {false, true})
      for (const bool remembered : {false, true})
        for (const int n : kNth) {
          if (!remembered && n % 2 == 0) continue;  // tuning takes its time
          const Folder folder;
          if (remembered) std::filesystem::copy_file(tuned / "tuning.db", folder / "tuning.db");
          INFO(cat(fault.what, ", call ", n, for_ever ? " and all that follow" : "",
                   remembered ? ", remembered" : ", tuned"));
          Made made;
          int here = 0;
          {
            FaultyVfs vfs;
            vfs.arm(fault, n, for_ever);
            made = make_and_run(model.get(), folder / "tuning.db",
                                remembered ? RT3D_TUNE_OFF : RT3D_TUNE_QUICK, want);
            here = vfs.disarm();
          }
          CHECK(made.status == RT3D_OK);
          CHECK(made.right);
          CHECK(made.note.find('\n') == std::string::npos);
          if (remembered) CHECK((made.stats.from_database == made.stats.problems || !made.note.empty()));
          if (made.stats.rows_not_stored > 0) CHECK_FALSE(made.note.empty());
          failed += here > 0;
          const Made next = make_and_run(model.get(), folder / "tuning.db", RT3D_TUNE_OFF, want);
          CHECK(next.status == RT3D_OK);
          CHECK(next.right);
          CHECK(next.note == "");
          if (made.note.empty() || (remembered && !fault.looks_short))
            CHECK(next.stats.from_database == next.stats.problems);
          if (here == 0) break;
        }
  CHECK(failed > 50);
}

TEST_CASE(
    "a database that is lost while its session tunes itself reaches no run, and the note says so [slow: tsan "
    "aarch64]") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Model model = net_model();
  const std::vector<float> want = answer_beside(make_session(model.get(), quiet_options()).get());
  for (const Loss& loss : kLosses) {
    CAPTURE(loss.what);
    const Folder parent;
    const std::filesystem::path folder = parent.path() / "db";
    const std::string database = (folder / "tuning.db").string();
    FaultyVfs vfs;
    rt3d_session_options options = quiet_options();
    options.tuning = RT3D_TUNE_BACKGROUND;
    options.background_share = 1;
    options.database = database.c_str();
    {
      const Session session = make_session(model.get(), options);
      // From the first row on; its other rows are lost.
      while (!std::filesystem::exists(database) && tuning_beside(session.get()).finished == 0)
        REQUIRE(agrees(answer_beside(session.get()), want));
      REQUIRE(rt3d_session_set_tuning_allowed(session.get(), 0) == RT3D_OK);
      while (tuning_beside(session.get()).resting == 0) std::this_thread::yield();
      REQUIRE(tuning_beside(session.get()).finished == 0);
      loss.lose(folder, vfs);
      REQUIRE(rt3d_session_set_tuning_allowed(session.get(), 1) == RT3D_OK);
      while (tuning_beside(session.get()).finished == 0) CHECK(agrees(answer_beside(session.get()), want));
      CHECK(std::string(tuning_beside(session.get()).error) == "");
      const std::string note = note_of(session.get());
      CHECK(note.empty() != loss.told);
      if (loss.told) CHECK(note.find(database) != std::string::npos);
      CHECK(std::filesystem::is_regular_file(database) == (loss.is_full || !loss.told));
    }
    vfs.disarm();
    if (!loss.is_full) std::filesystem::remove_all(folder);
    const Made next = make_and_run(model.get(), database, RT3D_TUNE_QUICK, want);
    CHECK(next.status == RT3D_OK);
    CHECK(next.right);
    CHECK(next.note == "");
    CHECK(next.stats.rows_not_stored == 0);
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
