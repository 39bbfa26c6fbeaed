// The commands on a tuning database full of rows that want to do harm (runtime/adversarial_rows.h).
#include "runtime/adversarial_rows.h"

#include "api/small_net.h"
#include "cli/shell.h"
#include "rt3d/rt3d.h"
#include "skip.h"
#include "tuner/tuning_db.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

std::vector<kernels::Problem> problems_of_small_net() {
  const tests::Model model = tests::net_model();
  const tests::Session session = tests::make_session(model.get(), tests::quiet_options());
  std::vector<kernels::Problem> problems;
  for (std::int32_t i = 0; i < rt3d_session_step_count(session.get()); ++i) {
    rt3d_step_info step = RT3D_STEP_INFO_INIT;
    REQUIRE(rt3d_session_step(&step, session.get(), i) == RT3D_OK);
    if (*step.problem != '\0') problems.push_back(kernels::parse_problem(step.problem));
  }
  return problems;
}

}  // namespace

TEST_CASE("commands use, list, export and import a database whose rows want to do harm") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const Shell shell;
  const std::string model = shell.scratch.write("tiny.onnx", tests::net_bytes()),
                    db = shell.scratch.path("tuning.db"), text = shell.scratch.path("rows.tsv");
  const std::string with_db = " --db " + db;
  tuner::TuningDb(db).require_usable();
  tests::AdversarialRows adversary(problems_of_small_net(), {this_device(), 1}, 9);
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i) tests::put_rows(db, adversary.next());
    for (const std::string& command :
         {"list" + with_db, "export" + with_db + " -o " + text, "import " + text + with_db,
          "import " + text + " --db " + shell.scratch.path("other.db"), model + " --threads 1" + with_db}) {
      const Result result = shell.tune(command);
      CAPTURE(command);
      CAPTURE(result.err);
      CHECK(result.exit_code == 0);
    }
    CHECK(shell.rt3d("run " + model + " --threads 1 --tune off" + with_db).exit_code == 0);
  }
}

}  // namespace rt3d::cli

TEST_SUITE_END();
