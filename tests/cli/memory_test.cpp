// What sessions take of memory, in processes of their own: little more than their packed weights and their arena, at every moment
// of their creation, dense and pruned, tuned and untuned.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/device.h"
#include "cli/shell.h"
#include "sanitizers.h"
#include "skip.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

using nlohmann::json;

constexpr std::int64_t kMib = 1 << 20;
// Generated code, graph and plan; any of the largest layers here, held twice, is more.
constexpr std::int64_t kMostSurplus = 5 * kMib;

json memory_of(const Shell& shell, const std::string& model, const std::string& options) {
  const Result result = shell.rt3d("run " + model + " --db none --threads 1 --json " + options);
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  json memory = json::parse(result.out)["memory"];
  CHECK(memory["program_code_bytes"] >= 0);
  CHECK(memory["program_bytes"].get<std::int64_t>() + memory["program_code_bytes"].get<std::int64_t>() +
            memory["session_peak_bytes"].get<std::int64_t>() ==
        memory["process_peak_bytes"]);
  return memory;
}

std::int64_t planned_bytes(const json& memory) {
  return memory["packed_weight_bytes"].get<std::int64_t>() +
         memory["model_weight_bytes"].get<std::int64_t>() + memory["arena_bytes"].get<std::int64_t>();
}

void check_peak(const Shell& shell, const std::string& model, std::int64_t least_weights) {
  for (const char* accuracy : {"exact", "default"})
    for (const char* tune : {"off", "quick --tune-ms 300"}) {
      const json memory = memory_of(shell, model, std::string("--accuracy ") + accuracy + " --tune " + tune);
      CAPTURE(accuracy);
      CAPTURE(tune);
      CAPTURE(memory.dump());
      CHECK(memory["packed_weight_bytes"] > least_weights);
      CHECK(memory["session_peak_bytes"] >= memory["packed_weight_bytes"]);
      CHECK(memory["session_peak_bytes"].get<std::int64_t>() - planned_bytes(memory) <= kMostSurplus);
    }
}

void check_ratios(const Shell& shell, const std::string& model, std::int64_t least_weights) {
  for (const char* options : {"--accuracy exact --tune off", "--tune off",
                              "--accuracy exact --tune quick --tune-ms 300", "--tune quick --tune-ms 300"}) {
    const json memory = memory_of(shell, model, options);
    CAPTURE(options);
    CAPTURE(memory.dump());
    CHECK(memory["packed_weight_bytes"] > least_weights);
    CHECK(memory["ratio"] <= 1.1);
    CHECK(memory["session_peak_bytes"].get<std::int64_t>() - planned_bytes(memory) <= kMostSurplus);
  }
}

bool sanitized() {
#if defined(RT3D_ADDRESS_SANITIZER) || defined(RT3D_THREAD_SANITIZER)
  return true;
#else
  return false;
#endif
}

}  // namespace

// Half of C3D's width: the largest layer, 2304 x 2048, has 18 MiB of weights, dense; they lie unaligned in the file.
TEST_CASE("a session's peak memory is its packed weights and its arena, and no layer twice") {
  if (sanitized()) RT3D_SKIP("sanitizers keep memory of their own");
  const Shell shell;
  const std::string model = shell.scratch.path("wide.onnx");
  for (const char* sparsity : {"", " --sparsity kgs:8x4:3.6", " --sparsity vanilla:32x4:3.6"}) {
    CAPTURE(sparsity);
    REQUIRE(shell.rt3d("make-model c3d --size 64 --width 0.5 -o " + model + sparsity).exit_code == 0);
    check_peak(shell, model, 15 * kMib);
  }
}

// Normalisation is folded into the weights of both. The largest layers of the dense one have 27 MiB, more than all its activations take
// in the end, so that a product that is in memory too early shows; of the pruned one, packed weights are fewer than the model's.
TEST_CASE("a session's peak memory is at most 1.1 times its packed weights and activations") {
  if (sanitized()) RT3D_SKIP("sanitizers keep memory of their own");
  const Shell shell;
  const std::string model = shell.scratch.path("folded.onnx");
  REQUIRE(shell.rt3d("make-model r3d_18 --frames 8 --size 64 -o " + model).exit_code == 0);
  check_ratios(shell, model, 100 * kMib);
  REQUIRE(shell.rt3d("make-model r2plus1d_18 --size 80 --width 0.75 --sparsity kgs:8x4:4.5 -o " + model)
              .exit_code == 0);
  check_ratios(shell, model, 30 * kMib);
}

// Whose weights and activations are 20 MiB: code, graph, plan, SQLite and the tuner may take two.
TEST_CASE("a small model's session takes at most 1.1 times its packed weights and activations") {
  if (sanitized()) RT3D_SKIP("sanitizers keep memory of their own");
  const Shell shell;
  const std::string model = shell.scratch.path("small.onnx");
  REQUIRE(shell.rt3d("make-model mobilenet_v2 -o " + model).exit_code == 0);
  check_ratios(shell, model, 10 * kMib);
}

// With less memory than a session of either would take: one has large weights, the other large activations.
TEST_CASE("describing a model packs no weights and allocates no activations") {
  if (sanitized()) RT3D_SKIP("sanitizers keep memory of their own");
  const Shell shell;
  const std::string model = shell.scratch.path("described.onnx");
  constexpr std::int64_t kEnough = 64 * kMib;  // libraries of the command and the description
  for (const char* shape : {"c3d --size 64 --width 0.75", "r3d_18 --frames 32 --size 256 --width 0.5"}) {
    CAPTURE(shape);
    REQUIRE(shell.rt3d(std::string("make-model ") + shape + " -o " + model).exit_code == 0);
    const auto limited = [&](const std::string& command) {
      return shell("true; ulimit -d " + std::to_string(kEnough / 1024) + "; " RT3D_COMMAND " " + command +
                   " " + model + " --db none --threads 1 --accuracy exact");
    };
    for (const char* command : {"info --json", "info --layers", "plan", "plan --json"}) {
      CAPTURE(command);
      const Result described = limited(command);
      CAPTURE(described.err);
      REQUIRE(described.exit_code == 0);
      if (!holds(command, "info --json")) continue;
      const json stats = json::parse(described.out);
      CHECK(stats["packed_weight_bytes"].get<std::int64_t>() + stats["arena_bytes"].get<std::int64_t>() >
            2 * kEnough);
    }
    const Result refused = limited("run --tune off");
    CHECK(refused.exit_code == 1);
    CHECK(holds(refused.err, "weight_limit_bytes"));
  }
}

TEST_CASE("what less memory for weights would cost is told, and holds [slow: asan aarch64]") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const Shell shell;
  const std::string model = shell.scratch.path("wide.onnx"),
                    run = "run " + model + " --db none --tune off --threads 1 ";
  REQUIRE(
      shell.rt3d("make-model r3d_18 --frames 8 --size 56 --width 0.5 --classes 7 -o " + model).exit_code ==
      0);
  const json all = json::parse(shell.rt3d(run + "--json").out);
  const json& limits = all["lower_weight_limits"];
  REQUIRE(!limits.empty());
  const auto weights = [](const json& memory) {
    return memory["packed_weight_bytes"].get<std::int64_t>() +
           memory["model_weight_bytes"].get<std::int64_t>();
  };
  std::int64_t last = weights(all["memory"]);
  double times = 1;
  for (const json& limit : limits) {
    CAPTURE(limit.dump());
    CHECK(limit["weight_bytes"] < last);
    CHECK(limit["times"] >= times * 0.999);
    last = limit["weight_bytes"];
    times = limit["times"];
  }
  const std::string mib = std::to_string(static_cast<double>(last) / kMib + 0.01);
  const json least = json::parse(shell.rt3d(run + "--json --weight-limit-mib " + mib).out);
  CHECK(static_cast<double>(weights(least["memory"])) ==
        doctest::Approx(static_cast<double>(last)).epsilon(0.001));  // plans count weights without padding
  CHECK(least["lower_weight_limits"].empty());                       // a limit was given
  CHECK(holds(shell.rt3d(run).out, "--weight-limit-mib: "));
  const WithEnv small("RT3D_MEMORY_MIB", std::to_string(8 * (last / kMib + 1)));
  CHECK(weights(json::parse(shell.rt3d(run + "--json").out)["memory"]) <= (last / kMib + 1) * kMib);
}

}  // namespace rt3d::cli
