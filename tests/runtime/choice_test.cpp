#include "runtime/choosing/choice.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "skip.h"
#include "with_env.h"

namespace rt3d::runtime {
namespace {

std::vector<Choice> conv_choices() {
  std::vector<Choice> choices(2);
  choices[0].problem = kernels::parse_problem(
      "Conv 1x8x2x6x6,c16x8x3x3x3 -> 1x16x2x6x6 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1");
  choices[1].problem = kernels::parse_problem("Softmax 1x10 -> 1x10 axis=1");
  for (Choice& c : choices) c.text = c.problem.text();
  return choices;
}

struct Bench {
  void choose(std::vector<Choice>& choices, const TuningOptions& options) {
    runtime::choose(choices, devices, options, db);
  }
  std::vector<const kernels::KernelFamily*> families(const kernels::Problem& problem) const {
    std::vector<const kernels::KernelFamily*> found;
    for (const Offer& offer : devices.supporting(problem)) found.push_back(offer.family);
    return found;
  }
  kernels::Target target{this_device(), 1};
  ThreadPool pool{1};
  Devices devices{"cpu", target, pool};
  tuner::TuningDb db{{}};
};

// However busy the machine is, rows are not measured again: it looks as busy each time.
TuningOptions quick() {
  TuningOptions options;
  options.limit_ms = 3'600'000;  // however slow it is, too: tuning ends when it has tried everything
  options.look = [] { return tuner::MachineState{0, 8}; };
  return options;
}

}  // namespace

TEST_SUITE_BEGIN("runtime");

TEST_CASE("without time to measure the estimate chooses, and nothing is stored") {
  Bench bench;
  for (const TuningOptions& options :
       {TuningOptions{tuner::Mode::off, -1, {}}, TuningOptions{tuner::Mode::full, 0, {}}}) {
    std::vector<Choice> choices = conv_choices();
    bench.choose(choices, options);
    if (bench.target.device.isa != Isa::none) CHECK(source_name(choices[0].source) == "estimate");
    CHECK(source_name(choices[1].source) == "only choice");
    CHECK(choices[0].measurements == 0);
    CHECK(bench.db.count() == 0);
  }
}

TEST_CASE("what was tuned is remembered, and nothing is measured again") {
  Bench bench;
  if (bench.target.device.isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  std::vector<Choice> first = conv_choices();
  int reports = 0;
  TuningOptions options = quick();
  options.progress = [&](const TuningProgress& p) {
    ++reports;
    const bool right = p.problems_total == 1 && p.problems_done == 0 && p.problem == first[0].text &&
                       p.elapsed_ns >= 0 && p.remaining_ns >= 0 && p.remaining_ns <= 3'600'000'000'000;
    return right ? tuner::Answer::go_on : tuner::Answer::cancel;
  };
  bench.choose(first, options);
  CHECK(first[0].source == Source::tuned);
  CHECK(first[0].measurements > 0);
  CHECK(reports >= first[0].measurements);
  std::vector<Choice> second = conv_choices();
  bench.choose(second, options);
  CHECK(second[0].source == Source::database);
  CHECK(second[0].measurements == 0);
  CHECK(second[0].family == first[0].family);
  CHECK(second[0].schedule == first[0].schedule);
}

TEST_CASE(
    "a family that only came along when others were tuned is tuned where it is the fastest that may be "
    "used") {
  if (Bench().target.device.isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  for (const int rigor : {tuner::kSurveyed, tuner::kQuick}) {
    Bench bench;
    std::vector<Choice> choices = conv_choices();
    const tuner::TimedSchedule surveyed =
        tuner::estimate(choices[0].problem, bench.families(choices[0].problem), bench.target);
    bench.db.store({.device = bench.target.device.fingerprint(),
                    .threads = bench.target.threads,
                    .problem = choices[0].problem.text(),
                    .family = std::string(surveyed.family->id()),
                    .version = surveyed.family->version(),
                    .schedule = surveyed.schedule.text(),
                    .time_ns = 1e6,
                    .default_ns = 1e6,
                    .rigor = rigor});
    bench.choose(choices, quick());
    CHECK(choices[0].source == (rigor == tuner::kSurveyed ? Source::tuned : Source::database));
    // Which family is the fastest here times decide, which may change: each is tuned once at the most.
    for (std::size_t i = 0; i == 0 || (i < 16 && choices[0].source == Source::tuned); ++i) {
      choices = conv_choices();
      bench.choose(choices, quick());
    }
    CHECK(choices[0].source == Source::database);
  }
}

TEST_CASE("a progress callback cancels, and what was measured is kept") {
  Bench bench;
  if (bench.target.device.isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  TuningOptions options = quick();
  options.progress = [](const TuningProgress& p) {
    return p.candidates.candidates_done == 0 ? tuner::Answer::go_on : tuner::Answer::cancel;
  };
  std::vector<Choice> choices = conv_choices();
  try {
    bench.choose(choices, options);
    FAIL("must throw");
  } catch (const Error& error) {
    CHECK(error.code() == Code::cancelled);
  }
  CHECK(bench.db.count() == 1);
}

TEST_CASE("RT3D_FORCE decides where it is legal, and is ignored elsewhere") {
  Bench bench;
  std::vector<Choice> choices = conv_choices();
  const std::vector<const kernels::KernelFamily*> families = bench.families(choices[0].problem);
  const std::vector<kernels::Schedule> space = families[0]->space(choices[0].problem, bench.target);
  if (space.size() < 2) RT3D_SKIP("only one schedule here");
  const WithEnv force("RT3D_FORCE", std::string(families[0]->id()) + ":" + space.back().text());
  bench.choose(choices, quick());
  CHECK(choices[0].source == Source::forced);
  CHECK(choices[0].schedule == space.back());
  CHECK(choices[1].source == Source::only_choice);
}

TEST_CASE("RT3D_FORCE is refused when it can decide nothing, with what there is") {
  Bench bench;
  const std::vector<const kernels::KernelFamily*> families = bench.families(conv_choices()[0].problem);
  const std::string id(families[0]->id());
  const std::string first = families[0]->space(conv_choices()[0].problem, bench.target).front().text();
  struct Row {
    std::string value, says;
  };
  std::string useless;  // a family that is there, and for other problems
  for (const kernels::KernelFamily* family : find_device("cpu").families()) {
    const auto supports = [&](const Choice& c) { return family->supports(c.problem, bench.target); };
    const std::vector<Choice> choices = conv_choices();
    if (std::none_of(choices.begin(), choices.end(), supports)) useless = family->id();
  }
  REQUIRE(useless != "");
  const Row rows[] = {
      {"nosuch.family", id},
      {"conv.nonsense.x64:rows=99", id},
      {id + "x", id},
      {":rows=1", id},
      {useless + ":rows=1", "computes none"},
      {id + ":rows", "'rows' is not a schedule's name=integer"},
      {id + ":rows=", "name=integer"},
      {id + ":rows=1x", "name=integer"},
      {id + ":nothing=99", first},
      {id + ":" + first + ",nothing=1", first},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    const WithEnv force("RT3D_FORCE", row.value);
    std::vector<Choice> choices = conv_choices();
    std::string text;
    try {
      bench.choose(choices, TuningOptions{tuner::Mode::off, -1, {}});
    } catch (const Error& error) {
      CHECK(error.code() == Code::invalid_argument);
      text = error.what();
    }
    CAPTURE(text);
    CHECK(text.find("RT3D_FORCE='" + row.value + "'") != std::string::npos);
    CHECK(text.find(row.says) != std::string::npos);
  }
}

TEST_CASE("devices are known by name") {
  CHECK(find_device("cpu").name == "cpu");
  CHECK_THROWS_WITH_AS(
      find_device("gpu"),
      "unknown device 'gpu'; known are 'cpu', 'reference', 'opencl', and 'auto' alone or as 'auto,opencl:N'",
      Error);
}

TEST_CASE("a list of devices offers what each of them computes, the first to be named first") {
  ThreadPool pool(1);
  const kernels::Target target{this_device(), 1};
  const kernels::Problem problem = conv_choices()[0].problem;
  const auto first = [&](const char* names) {
    return std::string(Devices(names, target, pool).supporting(problem).at(0).family->id());
  };
  CHECK(first("reference") == "ref.any.cpu");
  CHECK(first("reference,cpu") == first("cpu"));  // a fallback is asked last
  CHECK(Devices("reference,cpu", target, pool).names() == "reference,cpu");
  CHECK(Devices("cpu", target, pool).with(kernels::Space::device) == nullptr);
  CHECK_THROWS_WITH_AS(Devices("cpu,gpu", target, pool), doctest::Contains("unknown device 'gpu'"), Error);
  CHECK(Devices("reference,cpu", target, pool).text() == cat("reference; ", target.device.text()));
}

TEST_CASE(
    "a list with an unknown or empty name, or with one twice, is refused with the names that there are") {
  constexpr const char* kKnown =
      "; known are 'cpu', 'reference', 'opencl', and 'auto' alone or as 'auto,opencl:N'";
  const auto says = [&](const char* names, const char* what) {
    CAPTURE(names);
    CHECK_THROWS_WITH_AS(find_devices(names), cat(what, kKnown).c_str(), Error);
  };
  says("cpu,gpu", "unknown device 'gpu'");
  says("cpu,reference,cpu", "the list of devices 'cpu,reference,cpu' names 'cpu' twice");
  for (const char* names : {"", ",", "cpu,", ",cpu", "cpu,,reference"})
    says(names, cat("the list of devices '", names, "' has an empty name").c_str());
  CHECK(find_devices("reference,cpu") ==
        std::vector<NamedDevice>{&find_device("reference"), &find_device("cpu")});
  CHECK(has_choices(find_devices("reference,cpu")));
  CHECK_FALSE(has_choices(find_devices("reference")));
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
