// A tuning database can make a session slower, never wrong: thousands of rows with right checksums that want to do harm.
#include "runtime/adversarial_rows.h"

#include <doctest/doctest.h>

#include <cstring>

#include "base/error.h"
#include "runtime/planned_graph.h"
#include "runtime/running/interpret.h"
#include "runtime/session.h"
#include "scratch_folder.h"
#include "skip.h"
#include "tuner/seeds.h"
#include "tuner/tuning_db.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

constexpr const char* kAttackedNet =
    "graph \"net\"\n"
    "input x f32 1x5x3x9x11\n"
    "const w f32 17x5x3x3x3\nconst b f32 17\n"
    "c f32 1x17x3x9x11 = Conv(x, w, b) strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "r f32 1x17x3x9x11 = Relu(c)\n"
    "const v f32 17x1x3x3x3\n"
    "d f32 1x17x3x9x11 = Conv(r, v) strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=17 "
    "kernel_shape=3x3x3\n"
    "const u f32 24x17x1x1x1\n"
    "e f32 1x24x3x9x11 = Conv(d, u) strides=1x1x1 pads=0x0x0x0x0x0 dilations=1x1x1 group=1 "
    "kernel_shape=1x1x1\n"
    "p f32 1x24x2x5x6 = MaxPool(e) kernel_shape=2x3x3 strides=2x2x2 pads=1x1x1x0x1x1 dilations=1x1x1\n"
    "const t f32 16x24x3x3x3\n"
    "h f32 1x16x1x3x3 = Conv(p, t) strides=2x2x2 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "g f32 1x16x1x1x1 = GlobalAveragePool(h)\n"
    "f f32 1x16 = Flatten(g) axis=1\n"
    "const m f32 7x16\nconst n f32 7\n"
    "y f32 1x7 = Gemm(f, m, n) transB=1\n"
    "output y\n"
    "output e\n";

struct Attacked {
  graph::Graph model = graph::parse_graph(kAttackedNet);
  Tensor input = test::random_inputs(model, 4).at(0);
  std::vector<Tensor> want = interpret(model, {&input, 1});

  void check(Session& session) const {
    session.set_input(0, input.bytes());
    session.run();
    for (std::size_t i = 0; i < want.size(); ++i) {
      Tensor got = Tensor::allocate(session.outputs()[i].desc);
      std::memcpy(got.mutable_data(), session.output(i), got.bytes().size());
      CHECK(test::relative_error(got, want[i]) < 1e-4);
    }
  }
};

SessionOptions attacked_options(const tests::ScratchFolder& folder) {
  SessionOptions options;
  options.threads = 1;
  options.database = folder.path() / "tuning.db";
  options.tuning.mode = tuner::Mode::off;
  return options;
}

std::vector<kernels::Problem> problems_in(const Session& session) {
  std::vector<kernels::Problem> problems;
  for (const StepReport& step : session.steps())
    if (!step.problem.empty()) problems.push_back(kernels::parse_problem(step.problem));
  return problems;
}

// What the file has of them, as text: a seed file by an adversary.
std::shared_ptr<tuner::Seeds> seeds_of(const std::vector<tuner::Row>& rows) {
  std::vector<tuner::Row> fit;
  for (const tuner::Row& row : rows)
    if (tuner::has_text_form(row)) fit.push_back(row);
  auto seeds = std::make_shared<tuner::Seeds>();
  seeds->add(tuner::parse_rows(tuner::rows_text(std::move(fit))));
  return seeds;
}

void attack(int wanted) {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const Attacked net;
  const tests::ScratchFolder folder;
  SessionOptions options = attacked_options(folder);
  tuner::TuningDb(options.database).require_usable();
  const kernels::Target target{this_device(), 1};
  tests::AdversarialRows adversary(problems_in(Session(net.model, options)), target, 5);
  int rows = 0, remembered = 0;
  for (int round = 0; rows < wanted; ++round) {
    CAPTURE(round);
    const std::vector<tuner::Row> attackers = adversary.next();
    rows += tests::put_rows(options.database, attackers);
    SessionOptions how = options;
    if (round % 8 == 1) how.seeds = seeds_of(attackers), how.database.clear();
    if (round % 8 == 2) how.tuning.mode = tuner::Mode::quick, how.tuning.limit_ms = 20;
    if (round % 8 == 3) how.tune_later = true;
    Session session(net.model, how);
    net.check(session);
    if (how.tune_later) session.tune(std::chrono::milliseconds(20)), net.check(session);
    remembered += session.stats().from_database;
  }
  CHECK(remembered > wanted / 100);  // else nobody was attacked
  const std::vector<tuner::Row> all =
      tuner::parse_rows(tuner::TuningDb(options.database, false).export_text());
  for (const tuner::Row& row : all) CHECK(tuner::storable(row));
}

}  // namespace

TEST_CASE("ten thousand rows that want to do harm make no answer wrong [slow: tsan aarch64]") {
  attack(10'000);
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
