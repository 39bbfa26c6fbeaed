// The device "auto": what it chooses, what it remembers, and that it goes on when the accelerator is lost.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "graph/model.h"
#include "runtime/devices/device_table.h"
#include "runtime/session.h"
#include "scratch.h"
#include "scratch_folder.h"
#include "skip.h"
#include "tuner/tuning_db.h"
#include "with_env.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

constexpr char kAutoModel[] =
    "graph \"net\"\ninput x f32 1x3x4x8x8\nconst w f32 16x3x3x3x3\n"
    "y f32 1x16x4x8x8 = Conv(x, w) \"stem\" dilations=1x1x1 group=1 kernel_shape=3x3x3 pads=1x1x1x1x1x1 "
    "strides=1x1x1\noutput y\n";
constexpr std::size_t kInputs = 3 * 4 * 8 * 8, kOutputs = 16 * 4 * 8 * 8;

SessionOptions options_of(const std::filesystem::path& database, tuner::Mode mode) {
  SessionOptions options;
  options.device = "auto,opencl:0";  // the tests' device is a CPU, which "auto" alone leaves alone
  options.threads = 1;
  options.database = database;
  options.tuning.mode = mode;
  return options;
}

bool has_accelerator() {
  std::string why;
  return !find_device("opencl").list(why).empty();
}

bool says(const Session& session, const char* part) {
  return session.device_text().find(part) != std::string::npos;
}

std::string problem_of_layer(const std::string& layer, const Session& session) {
  for (const StepReport& step : session.steps())
    if (step.name == layer) return step.problem;
  FAIL("there is no such layer");
  return {};
}

void set_input(Session& session) {
  std::vector<float> clip(kInputs);
  for (std::size_t i = 0; i < kInputs; ++i) clip[i] = static_cast<float>(i % 17) / 8 - 1;
  session.set_input(0, std::as_bytes(std::span(clip)));
}

std::vector<float> output_of(const Session& session) {
  std::vector<float> values(kOutputs);
  REQUIRE(session.output(0) != nullptr);
  std::memcpy(values.data(), session.output(0), kOutputs * sizeof(float));
  return values;
}

void check_close(const std::vector<float>& values, const std::vector<float>& wanted) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool close = std::abs(values[i] - wanted[i]) <= 1e-4 * (1 + std::abs(wanted[i]));
    if (!close) CAPTURE(i);
    REQUIRE(close);
  }
}

std::vector<float> of_the_cpu(const graph::Graph& graph) {
  SessionOptions options = options_of({}, tuner::Mode::off);
  options.device = "cpu";
  Session session(graph, options);
  set_input(session);
  session.run();
  return output_of(session);
}

std::vector<tuner::Row> rows_of_choices(const std::filesystem::path& database) {
  std::vector<tuner::Row> rows = tuner::TuningDb(database, false).rows(this_device().fingerprint());
  std::erase_if(rows, [](const tuner::Row& row) { return row.family != "model.accelerator"; });
  return rows;
}

// A database that says that the accelerator is much faster, or slower.
void teach(const std::filesystem::path& database, const graph::Graph& graph, double accelerator_ns) {
  {
    SessionOptions options = options_of(database, tuner::Mode::quick);
    options.tuning.limit_ms = 1;
    const Session session(graph, options);
    CHECK(says(session, "(auto: cpu "));
    CHECK(says(session, " ms a run, opencl:0 "));
  }
  std::vector<tuner::Row> rows = rows_of_choices(database);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].time_ns > 0);
  CHECK(rows[0].default_ns > 0);
  tuner::Row row = rows[0];
  row.time_ns = accelerator_ns;
  row.default_ns = 1e6;
  tuner::TuningDb db(database);
  db.store(row, rows[0]);
  db.flush();
}

}  // namespace

TEST_CASE("auto is the CPU where there is no accelerator, and where nothing was measured nor may be") {
  const graph::Graph graph = graph::parse_graph(kAutoModel);
  if (has_accelerator()) {
    const Session unmeasured(graph, options_of({}, tuner::Mode::off));
    CHECK(unmeasured.stats().measurements == 0);
    CHECK(unmeasured.stats().fallback_bytes == 0);
    CHECK(unmeasured.device_text().starts_with(this_device().text() + " (auto: "));
    CHECK(says(unmeasured, "opencl:0 was not measured"));
  }
  const WithEnv library("RT3D_OPENCL_LIBRARY", "/no/such/libOpenCL.so");
  SessionOptions options = options_of({}, tuner::Mode::quick);
  options.device = "auto";
  options.tuning.limit_ms = 1;
  Session session(graph, options);
  CHECK(session.device_text().starts_with(this_device().text() + " (auto: no opencl: "));
  CHECK(says(session, "RT3D_OPENCL_LIBRARY"));
  set_input(session);
  session.run();
  CHECK(output_of(session) == output_of(session));
  options.device = "opencl,auto";
  CHECK_THROWS_WITH(Session(graph, options), doctest::Contains("'auto' alone"));
}

TEST_CASE("auto takes one accelerator behind it, and one line says what else is refused") {
  const graph::Graph graph = graph::parse_graph(kAutoModel);
  SessionOptions options = options_of({}, tuner::Mode::off);
  for (const char* device : {"auto,cpu", "auto,reference", "auto,cpu,reference"}) {
    options.device = device;
    CHECK_THROWS_WITH_AS(Session(graph, options),
                         cat("the device '", device,
                             "': behind 'auto' stands one accelerator at the most, as in 'auto,opencl:0'")
                             .c_str(),
                         Error);
  }
  options.device = "auto,";
  CHECK_THROWS_WITH_AS(Session(graph, options), doctest::Contains("has an empty name"), Error);
  options.device = "automatic";
  CHECK_THROWS_WITH_AS(Session(graph, options), doctest::Contains("unknown device 'automatic'"), Error);
  options.device = "auto,opencl:99";
  CHECK_THROWS_WITH_AS(Session(graph, options), doctest::Contains("there is no device 'opencl:99'"), Error);
}

TEST_CASE("auto measures whole runs once, remembers both times, and takes what was faster") {
  if (!has_accelerator()) RT3D_SKIP("this machine has no OpenCL device");
  const tests::ScratchFolder folder;
  const graph::Graph graph = graph::parse_graph(kAutoModel);
  const auto database = folder.path() / "tuning.db";
  teach(database, graph, 1);
  const std::string text = tuner::TuningDb(database, false).export_text();
  tuner::TuningDb copy(folder.path() / "copy.db");
  CHECK(copy.import_text(text).added > 0);  // its row reads as one of a problem
  {
    Session session(graph, options_of(database, tuner::Mode::off));
    CHECK(says(session, "(auto: cpu 1 ms a run, opencl:0 1e-06 ms)"));
    CHECK_FALSE(session.device_text().starts_with(this_device().text()));
    CHECK(session.stats().fallback_bytes > 0);
    set_input(session);
    session.start();
    session.wait();
    check_close(output_of(session), of_the_cpu(graph));
  }
  teach(database, graph, 1e9);
  const Session session(graph, options_of(database, tuner::Mode::off));
  CHECK(session.device_text().starts_with(this_device().text() + " (auto: cpu 1 ms a run, "));
  CHECK(session.stats().fallback_bytes == 0);
  SessionOptions other = options_of(database, tuner::Mode::off);
  other.accuracy = kernels::Accuracy::exact;
  CHECK(says(Session(graph, other), "was not measured"));  // of another accuracy
}

TEST_CASE("whole runs are timed again only where a plan of one of both has changed") {
  if (!has_accelerator()) RT3D_SKIP("this machine has no OpenCL device");
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const tests::ScratchFolder folder;
  const graph::Graph graph = graph::parse_graph(kAutoModel);
  const auto database = folder.path() / "tuning.db";
  // However long it takes, there is no time to tune: each session that may goes on with that.
  SessionOptions hurried = options_of(database, tuner::Mode::quick);
  hurried.tuning.limit_ms = 1;
  hurried.tuning.now = [hours = 0]() mutable {
    return std::chrono::steady_clock::time_point(std::chrono::hours(++hours));
  };
  const auto remembers = [&] {
    return says(Session(graph, hurried), "(auto: cpu 123 ms a run, opencl:0 456 ms)");
  };
  // Times that nobody measures; `rigor`: of the layers' tuning.
  const auto write = [&](int rigor) {
    const std::vector<tuner::Row> rows = rows_of_choices(database);
    REQUIRE(rows.size() == 1);
    tuner::Row row = rows[0];
    row.time_ns = 456e6;
    row.default_ns = 123e6;
    row.rigor = rigor;
    tuner::TuningDb db(database);
    db.store(row, rows[0]);
    db.flush();
  };
  const auto learn = [&](const std::string& device, const std::string& problem) {
    tuner::TuningDb db(database);
    db.store({.device = device,
              .threads = 1,
              .problem = problem,
              .family = "made.up",
              .schedule = "a=1",
              .time_ns = 1});
    db.flush();
  };
  CHECK_FALSE(remembers());
  CHECK(rows_of_choices(database).at(0).rigor == tuner::kSurveyed);
  for (const int rigor : {tuner::kSurveyed, tuner::kQuick}) {
    CAPTURE(rigor);
    write(rigor);
    CHECK(remembers());
    CHECK(remembers());
  }
  std::string why;
  const std::string cpu = this_device().fingerprint(),
                    accelerator = find_device("opencl").list(why).at(0).fingerprint(),
                    layer = problem_of_layer("stem", Session(graph, options_of({}, tuner::Mode::off)));
  learn(cpu, "Relu 1x2 -> 1x2");  // a layer of another model
  CHECK(remembers());
  for (const std::string& device : {cpu, accelerator}) {
    CAPTURE(device);
    learn(device, layer);
    CHECK_FALSE(remembers());
    write(tuner::kQuick);
    CHECK(remembers());
  }
  hurried.tuning.again = true;
  CHECK_FALSE(remembers());
}

#ifdef RT3D_CL_FAULTS
TEST_CASE("a device that is no CPU is auto's without being named") {
  if (!has_accelerator()) RT3D_SKIP("this machine has no OpenCL device");
  const graph::Graph graph = graph::parse_graph(kAutoModel);
  SessionOptions options = options_of({}, tuner::Mode::off);
  options.device = "auto";
  const tests::Scratch scratch;
  const WithEnv library("RT3D_OPENCL_LIBRARY", RT3D_CL_FAULTS), nothing("RT3D_TEST_CL_FAULTS", "");
  const auto described = [&](const char* type) {
    const WithEnv faults("RT3D_TEST_CL_FAULTS",
                         cat("describe:", scratch.write(cat("type", type), cat("CL_DEVICE_TYPE=", type))));
    return Session(graph, options).device_text();
  };
  CHECK(described("2").starts_with(this_device().text() +
                                   " (auto: no opencl: opencl:0 is left alone, for "));  // CPU
  CHECK(described("4") == this_device().text() + " (auto: opencl:0 was not measured)");  // GPU
  CHECK(described("8") == this_device().text() + " (auto: opencl:0 was not measured)");  // accelerator
}

TEST_CASE("when the accelerator is lost in a run, the CPU computes that run and those that follow") {
  if (!has_accelerator()) RT3D_SKIP("this machine has no OpenCL device");
  const tests::ScratchFolder folder;
  const WithEnv library("RT3D_OPENCL_LIBRARY", RT3D_CL_FAULTS), nothing("RT3D_TEST_CL_FAULTS", "");
  const graph::Graph graph = graph::parse_graph(kAutoModel);
  const auto database = folder.path() / "tuning.db";
  teach(database, graph, 1);
  const std::vector<float> wanted = of_the_cpu(graph);
  for (const char* fault : {"device_lost:1", "device_lost:2", "device_lost:3", "device_lost:5"}) {
    CAPTURE(fault);
    const WithEnv before("RT3D_TEST_CL_FAULTS", cat("note:", fault));
    Session session(graph, options_of(database, tuner::Mode::off));
    REQUIRE(session.stats().fallback_bytes > 0);
    const std::int64_t told = session.stats().fallback_bytes;
    const std::string step = session.steps()[0].problem;
    const char* const name = session.inputs()[0].name.c_str();
    set_input(session);
    session.run();
    check_close(output_of(session), wanted);
    const WithEnv lost("RT3D_TEST_CL_FAULTS", fault);
    session.run();
    CHECK(output_of(session) == wanted);
    CHECK(session.device_text() == this_device().text() + " (auto: the device was lost)");
    CHECK(session.stats().fallback_bytes == 0);
    CHECK(session.stats().arena_bytes + session.stats().packed_weight_bytes == told);
    CHECK(std::string(name) == "x");  // what was given away stays
    session.run();
    CHECK(output_of(session) == wanted);
  }
}

TEST_CASE("a session of the accelerator alone fails when that is lost") {
  if (!has_accelerator()) RT3D_SKIP("this machine has no OpenCL device");
  const WithEnv library("RT3D_OPENCL_LIBRARY", RT3D_CL_FAULTS), nothing("RT3D_TEST_CL_FAULTS", "");
  SessionOptions options = options_of({}, tuner::Mode::off);
  options.device = "opencl";
  Session session(graph::parse_graph(kAutoModel), options);
  set_input(session);
  session.run();
  CHECK(session.output(0) != nullptr);
  const WithEnv lost("RT3D_TEST_CL_FAULTS", "device_lost:1");
  CHECK_THROWS_AS(session.run(), Error);
  CHECK(session.output(0) == nullptr);
  CHECK_THROWS_WITH_AS(session.wait(), doctest::Contains("nothing to wait for"), Error);
}

TEST_CASE("an accelerator that cannot be prepared is none for auto") {
  if (!has_accelerator()) RT3D_SKIP("this machine has no OpenCL device");
  const WithEnv library("RT3D_OPENCL_LIBRARY", RT3D_CL_FAULTS), fault("RT3D_TEST_CL_FAULTS", "build_log");
  SessionOptions options = options_of({}, tuner::Mode::quick);
  options.tuning.limit_ms = 1;
  const Session session(graph::parse_graph(kAutoModel), options);
  CHECK(session.device_text() == this_device().text() + " (auto: opencl:0 failed)");
}
#endif

TEST_SUITE_END();
}  // namespace rt3d::runtime
