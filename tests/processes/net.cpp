#include "processes/net.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/error.h"
#include "graph/model.h"

namespace rt3d::processes {
namespace {

constexpr int kSizes[] = {6, 8, 10, 13};

std::string net_text(int size) {
  const auto in = [&](int channels) { return cat("1x", channels, "x4x", size, "x", size); };
  const char* const same = "dilations=1x1x1 group=1 kernel_shape=3x3x3 pads=1x1x1x1x1x1 strides=1x1x1\n";
  return cat("graph \"net\"\ninput x f32 ", in(3), "\nconst w f32 16x3x3x3x3\nconst v f32 8x16x3x3x3\na f32 ",
             in(16), " = Conv(x, w) ", same, "r f32 ", in(16), " = Relu(a)\nb f32 ", in(8), " = Conv(r, v) ",
             same, "g f32 1x8x1x1x1 = GlobalAveragePool(b)\nf f32 1x8 = Flatten(g) axis=1\n",
             "const u f32 5x8\nconst c f32 5\ny f32 1x5 = Gemm(f, u, c) transB=1\noutput y\n");
}

std::vector<float> run(const Net& net, const Session& session) {
  require_ok(rt3d_session_set_input(session.get(), 0, net.input.data(), net.input.size() * sizeof(float)),
             "rt3d_session_set_input");
  require_ok(rt3d_session_run(session.get()), "rt3d_session_run");
  const auto* y = static_cast<const float*>(rt3d_session_output(session.get(), 0));
  return {y, y + 5};
}

}  // namespace

void require(bool good, const std::string& what) {
  if (!good) throw std::runtime_error(what);
}

void require_ok(rt3d_status status, const char* what) {
  require(status == RT3D_OK, cat(what, ": ", rt3d_last_error()));
}

std::vector<Net> make_nets(const std::filesystem::path& folder) {
  std::vector<Net> nets;
  for (const int size : kSizes) {
    const std::string file = (folder / cat("net", size, ".onnx")).string();
    graph::save_onnx(graph::parse_graph(net_text(size)), file);
    rt3d_model* model = nullptr;
    require_ok(rt3d_model_load(&model, file.c_str()), "rt3d_model_load");
    Net net{.model = {model, rt3d_model_free}, .input = {}, .want = {}};
    for (int i = 0; i < 3 * 4 * size * size; ++i) net.input.push_back(static_cast<float>(i % 23) / 8 - 1);
    net.want = run(net, make_session(net, options_with("", RT3D_TUNE_OFF)));
    nets.push_back(std::move(net));
  }
  return nets;
}

rt3d_session_options options_with(const std::string& database, rt3d_tuning tuning) {
  rt3d_session_options options = RT3D_SESSION_OPTIONS_INIT;
  options.threads = 1;
  options.tuning = tuning;
  options.tuning_limit_ms = 3'600'000;
  options.database = database.c_str();
  options.background_share = 1;
  return options;
}

Session make_session(const Net& net, const rt3d_session_options& options) {
  rt3d_session* session = nullptr;
  require_ok(rt3d_session_create(&session, net.model.get(), &options), "rt3d_session_create");
  return {session, rt3d_session_free};
}

rt3d_session_stats stats_of(const Session& session) {
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  require_ok(rt3d_session_get_stats(&stats, session.get()), "rt3d_session_get_stats");
  return stats;
}

rt3d_tuning_state tuning_of(const Session& session) {
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  require_ok(rt3d_session_get_tuning(&state, session.get()), "rt3d_session_get_tuning");
  return state;
}

void require_right(const Net& net, const Session& session) {
  const std::vector<float> got = run(net, session);
  float largest = 0;
  for (const float y : net.want) largest = std::max(largest, std::abs(y));
  for (std::size_t i = 0; i < got.size(); ++i)
    require(std::abs(got[i] - net.want[i]) <= 1e-3f * largest,
            cat("a wrong answer: ", got[i], " instead of ", net.want[i]));
}

}  // namespace rt3d::processes
