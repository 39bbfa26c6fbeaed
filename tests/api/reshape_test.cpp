// rt3d_session_reshape as the C API has it; what it computes is tests/runtime/reshape_test.cpp's.
#include <doctest/doctest.h>

#include <vector>

#include "api/small_net.h"
#include "graph/model.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

rt3d_tensor_info shape_of(const char* name, std::int64_t rows) {
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  info.name = name;
  info.rank = 2;
  info.dims[0] = rows;
  info.dims[1] = 3;
  return info;
}

}  // namespace

TEST_CASE("rt3d_session_reshape gives inputs and outputs other shapes, or says what is wrong") {
  const Folder folder;
  graph::save_onnx(
      graph::parse_graph("graph \"one\"\ninput x f32 ?x3\ny f32 ?x3 = Relu(x) \"relu\"\noutput y\n"),
      folder / "one.onnx");
  rt3d_model* loaded = nullptr;
  REQUIRE(rt3d_model_load(&loaded, (folder / "one.onnx").c_str()) == RT3D_OK);
  Model model{loaded, rt3d_model_free};
  rt3d_session_options options = quiet_options();
  const rt3d_tensor_info first = shape_of("x", 2);
  options.input_shapes = &first;
  options.input_shape_count = 1;
  const Session fixed = make_session(model.get(), options);
  const rt3d_tensor_info other = shape_of("x", 5), unknown = shape_of("z", 5);
  CHECK(rt3d_session_reshape(fixed.get(), &other, 1) == RT3D_INVALID_ARGUMENT);
  CHECK(last_error_says("shapes_kept"));
  options.shapes_kept = 2;
  const Session session = make_session(model.get(), options);
  model.reset();  // not needed any more
  REQUIRE(rt3d_session_reshape(session.get(), &other, 1) == RT3D_OK);
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  REQUIRE(rt3d_session_output_info(&info, session.get(), 0) == RT3D_OK);
  CHECK(info.dims[0] == 5);
  CHECK(rt3d_session_output(session.get(), 0) == nullptr);
  const std::vector<float> x{-1, 2, -3, 4, -5, 6, -7, 8, -9, 10, -11, 12, -13, 14, -15};
  REQUIRE(rt3d_session_set_input(session.get(), 0, x.data(), x.size() * sizeof(float)) == RT3D_OK);
  REQUIRE(rt3d_session_run(session.get()) == RT3D_OK);
  const auto* y = static_cast<const float*>(rt3d_session_output(session.get(), 0));
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(y[i] == (x[i] > 0 ? x[i] : 0));
  CHECK(rt3d_session_reshape(session.get(), &unknown, 1) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_session_reshape(session.get(), nullptr, 1) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_session_reshape(session.get(), nullptr, 0) == RT3D_OK);  // all inputs keep theirs
  CHECK(rt3d_session_reshape(session.get(), &other, -1) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_session_reshape(nullptr, &other, 1) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_session_output(session.get(), 0) == y);  // nothing of that changed anything
  options.shapes_kept = -1;
  rt3d_session* refused = nullptr;
  const Model again = net_model();
  CHECK(rt3d_session_create(&refused, again.get(), &options) == RT3D_INVALID_ARGUMENT);
}

TEST_SUITE_END();

}  // namespace rt3d::tests
