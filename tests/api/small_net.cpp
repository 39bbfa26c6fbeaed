#include "api/small_net.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "graph/model.h"

namespace rt3d::tests {
namespace {

const char* const kNet =
    "graph \"net\"\n"
    "input x f32 1x3x4x8x8\n"
    "const w f32 16x3x3x3x3\nconst b f32 16\n"
    "a f32 1x16x4x8x8 = Conv(x, w, b) \"stem\" dilations=1x1x1 group=1 kernel_shape=3x3x3 pads=1x1x1x1x1x1 "
    "strides=1x1x1\n"
    "r f32 1x16x4x8x8 = Relu(a) \"act\"\n"
    "g f32 1x16x1x1x1 = GlobalAveragePool(r)\n"
    "f f32 1x16 = Flatten(g) axis=1\n"
    "const v f32 5x16\nconst c f32 5\n"
    "y f32 1x5 = Gemm(f, v, c) \"classifier\" transB=1\n"
    "output y\n";

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string net_bytes() {
  const Folder folder;
  graph::save_onnx(graph::parse_graph(kNet), folder / "net.onnx");
  return read_file(folder / "net.onnx");
}

Model net_model() {
  const std::string bytes = net_bytes();
  rt3d_model* model = nullptr;
  const rt3d_status status = rt3d_model_load_memory(&model, bytes.data(), bytes.size());
  INFO(rt3d_last_error());
  REQUIRE(status == RT3D_OK);
  return {model, rt3d_model_free};
}

rt3d_session_options quiet_options() {
  rt3d_session_options options = RT3D_SESSION_OPTIONS_INIT;
  options.threads = 1;
  options.tuning = RT3D_TUNE_OFF;
  options.database = "";
  return options;
}

Session make_session(rt3d_model* model, const rt3d_session_options& options) {
  rt3d_session* session = nullptr;
  const rt3d_status status = rt3d_session_create(&session, model, &options);
  INFO(rt3d_last_error());
  REQUIRE(status == RT3D_OK);
  return {session, rt3d_session_free};
}

bool last_error_says(const char* part) {
  return std::string(rt3d_last_error()).find(part) != std::string::npos;
}

}  // namespace rt3d::tests
