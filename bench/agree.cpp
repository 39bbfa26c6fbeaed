// Runs one model and says how far its outputs are from known ones: rt3d-agree FOLDER [THREADS [default|exact|half]]
// FOLDER is laid out like those of tests/fixtures: model.onnx, input_<k>.npy and output_<k>.npy in the model's order.
// Exits with 1 when a difference is above 1e-4 of the output's largest value, 1e-2 with half. Needs no library but librt3d, so it also
// runs where the commands are not built: under qemu, on a phone.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>

#include "cli/parts/failure.h"
#include "cli/parts/npy.h"
#include "rt3d/rt3d.h"

namespace {

namespace fs = std::filesystem;
using namespace rt3d::cli;

struct Promise {
  const char* name;
  rt3d_accuracy accuracy;
  double limit;
};
constexpr Promise kPromises[] = {{"default", RT3D_ACCURACY_DEFAULT, 1e-4},
                                 {"exact", RT3D_ACCURACY_EXACT, 1e-4},
                                 {"half", RT3D_ACCURACY_HALF, 1e-2}};

struct Run {
  rt3d_model* model = nullptr;
  rt3d_session* session = nullptr;
  ~Run() {
    rt3d_session_free(session);
    rt3d_model_free(model);
  }
};

void check(rt3d_status status) {
  if (status != RT3D_OK) throw Failure(rt3d_last_error());
}

fs::path file(const fs::path& folder, const char* role, std::int32_t index) {
  return folder / join(role, "_", index, ".npy");
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The largest difference relative to the expected output's largest value.
double difference(const Run& run, std::int32_t index, const Array& expected) {
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  check(rt3d_session_output_info(&info, run.session, index));
  if (std::vector<std::int64_t>(info.dims, info.dims + info.rank) != expected.shape)
    throw Failure(join("output ", info.name, " has another shape than its file"));
  const void* computed = rt3d_session_output(run.session, index);
  double largest = 1e-30, worst = 0;
  for (std::int64_t i = 0; i < element_count(expected.shape); ++i) {
    const double value = element(expected.dtype, expected.data.data(), i);
    const double apart = std::fabs(element(info.dtype, computed, i) - value);
    largest = std::fmax(largest, std::fabs(value));
    worst = std::isnan(apart) ? INFINITY : std::fmax(worst, apart);
  }
  return worst / largest;
}

bool agrees(const fs::path& folder, int threads, const Promise& promise) {
  Run run;
  check(rt3d_model_load(&run.model, (folder / "model.onnx").c_str()));
  rt3d_session_options options = RT3D_SESSION_OPTIONS_INIT;
  options.threads = threads;
  options.tuning = RT3D_TUNE_OFF;
  options.database = "";
  options.accuracy = promise.accuracy;
  check(rt3d_session_create(&run.session, run.model, &options));
  for (std::int32_t i = 0; i < rt3d_session_input_count(run.session); ++i) {
    const Array values = read_npy(file(folder, "input", i));
    check(rt3d_session_set_input(run.session, i, values.data.data(), values.data.size()));
  }
  const auto start = std::chrono::steady_clock::now();
  check(rt3d_session_run(run.session));
  std::printf("%s: %s, %d threads, accuracy %s, run took %.2f s\n", folder.c_str(), rt3d_device_text(),
              threads, promise.name, seconds_since(start));
  bool all = true;
  for (std::int32_t i = 0; i < rt3d_session_output_count(run.session); ++i) {
    const double apart = difference(run, i, read_npy(file(folder, "output", i)));
    const bool passed = apart < promise.limit;
    std::printf("output %d: max |difference| / max |output| = %.2e: %s\n", i, apart,
                passed ? "pass" : "FAIL");
    all = all && passed;
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
  const auto* promise = std::find_if(std::begin(kPromises), std::end(kPromises), [&](const Promise& p) {
    return std::string_view(p.name) == (argc > 3 ? argv[3] : "default");
  });
  if (argc < 2 || argc > 4 || threads < 1 || promise == std::end(kPromises)) {
    std::fputs("usage: rt3d-agree FOLDER [THREADS [default|exact|half]]\n", stderr);
    return 2;
  }
  try {
    return agrees(argv[1], threads, *promise) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rt3d-agree: %s\n", error.what());
    return 1;
  }
}
