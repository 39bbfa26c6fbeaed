// Sessions while calls to the file system fail: they are created, compute what they should, and say what is wrong with the database.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
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
          if (remembered) CHECK((made.stats.from_database == made.stats.problems || made.note != ""));
          if (made.stats.rows_not_stored > 0) CHECK(made.note != "");
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

}  // namespace rt3d::tests

TEST_SUITE_END();
