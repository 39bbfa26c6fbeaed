// Structs that callers hand over, of this version, of older and newer ones, and those whose size nobody set.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "api/small_net.h"
#include "graph/model.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

constexpr std::size_t kRoom = 8192;
constexpr unsigned char kUntouched = 0xa5;

// A caller's struct that says it has `size` bytes, with room behind it that is nobody's.
class Sized {
 public:
  explicit Sized(std::size_t size) {
    bytes_.fill(kUntouched);
    std::memcpy(bytes_.data(), &size, sizeof size);
  }
  template <typename Struct>
  Struct* as() {
    return reinterpret_cast<Struct*>(bytes_.data());
  }
  // How far something was written; the size itself is not looked at.
  std::size_t written() const {
    std::size_t end = bytes_.size();
    while (end > sizeof(std::size_t) && bytes_[end - 1] == kUntouched) --end;
    return end;
  }

 private:
  alignas(std::max_align_t) std::array<unsigned char, kRoom> bytes_;
};

struct Filled {
  const char* from;  // the macro that an error names
  std::size_t size;  // of this version
  std::size_t old;   // of one that had fewer fields
  std::function<rt3d_status(Sized&)> fill;
};

rt3d_status import_nothing(rt3d_db_changes* changes) {
  const Folder folder;
  rt3d_db* db = nullptr;
  REQUIRE(rt3d_db_open(&db, (folder / "a.db").c_str(), 1) == RT3D_OK);
  const rt3d_status status = rt3d_db_import(changes, db, "rt3d-tuning\t2\n");
  rt3d_db_free(db);
  return status;
}

rt3d_status first_prospect(rt3d_prospect* prospect, rt3d_model* model) {
  rt3d_session_options options = quiet_options();
  options.tuning = RT3D_TUNE_LATER;
  options.plan_only = 1;
  const Session session = make_session(model, options);
  std::int32_t count = 0;
  REQUIRE(rt3d_session_find_prospects(&count, session.get()) == RT3D_OK);
  REQUIRE(count > 0);
  return rt3d_session_prospect(prospect, session.get(), 0);
}

std::vector<Filled> filled_structs(rt3d_model* model, rt3d_session* session) {
  constexpr std::size_t kInfo = sizeof(rt3d_tensor_info), kOldInfo = offsetof(rt3d_tensor_info, dims);
  const auto info = [](Sized& s) { return s.as<rt3d_tensor_info>(); };
  return {{"RT3D_TENSOR_INFO_INIT", kInfo, kOldInfo,
           [=](Sized& s) { return rt3d_model_input(info(s), model, 0); }},
          {"RT3D_TENSOR_INFO_INIT", kInfo, kOldInfo,
           [=](Sized& s) { return rt3d_model_output(info(s), model, 0); }},
          {"RT3D_TENSOR_INFO_INIT", kInfo, kOldInfo,
           [=](Sized& s) { return rt3d_session_input_info(info(s), session, 0); }},
          {"RT3D_TENSOR_INFO_INIT", kInfo, kOldInfo,
           [=](Sized& s) { return rt3d_session_output_info(info(s), session, 0); }},
          {"RT3D_SESSION_STATS_INIT", sizeof(rt3d_session_stats), offsetof(rt3d_session_stats, macs),
           [=](Sized& s) { return rt3d_session_get_stats(s.as<rt3d_session_stats>(), session); }},
          {"RT3D_TUNING_STATE_INIT", sizeof(rt3d_tuning_state), offsetof(rt3d_tuning_state, spent_ns),
           [=](Sized& s) { return rt3d_session_get_tuning(s.as<rt3d_tuning_state>(), session); }},
          {"RT3D_DB_CHANGES_INIT", sizeof(rt3d_db_changes), offsetof(rt3d_db_changes, fitting),
           [](Sized& s) { return import_nothing(s.as<rt3d_db_changes>()); }},
          {"RT3D_PROSPECT_INIT", sizeof(rt3d_prospect), offsetof(rt3d_prospect, quick_candidates),
           [=](Sized& s) { return first_prospect(s.as<rt3d_prospect>(), model); }},
          {"RT3D_STEP_INFO_INIT", sizeof(rt3d_step_info), offsetof(rt3d_step_info, useful_macs),
           [=](Sized& s) { return rt3d_session_step(s.as<rt3d_step_info>(), session, 0); }},
          {"RT3D_DEVICE_INFO_INIT", sizeof(rt3d_device_info), offsetof(rt3d_device_info, available),
           [=](Sized& s) { return rt3d_device(s.as<rt3d_device_info>(), 0); }}};
}

constexpr std::size_t kNoSize[] = {0, 1, 8, 17, 4097, std::size_t{1} << 40};

// A model of two inputs, x and y, with free batches.
Model model_of_two() {
  const Folder folder;
  graph::save_onnx(graph::parse_graph("graph \"two\"\ninput x f32 ?x3\ninput y f32 ?x3\n"
                                      "z f32 ?x3 = Add(x, y) \"sum\"\noutput z\n"),
                   folder / "two.onnx");
  rt3d_model* model = nullptr;
  REQUIRE(rt3d_model_load(&model, (folder / "two.onnx").c_str()) == RT3D_OK);
  return {model, rt3d_model_free};
}

}  // namespace

TEST_CASE("a struct is filled up to its size, whichever version it is of") {
  const Model model = net_model();
  const Session session = make_session(model.get(), quiet_options());
  for (const Filled& row : filled_structs(model.get(), session.get())) {
    CAPTURE(row.from);
    Sized old(row.old), same(row.size), newer(row.size + 64);
    REQUIRE(row.fill(old) == RT3D_OK);
    REQUIRE(row.fill(same) == RT3D_OK);
    REQUIRE(row.fill(newer) == RT3D_OK);
    CHECK(*old.as<std::size_t>() == row.old);
    CHECK(*newer.as<std::size_t>() == row.size + 64);
    CHECK(old.written() <= row.old);
    CHECK(old.written() > 2 * sizeof(std::size_t));
    CHECK(same.written() > old.written());
    CHECK(newer.written() == same.written());
  }
}

TEST_CASE("a struct whose size was not set is refused and not written to") {
  const Model model = net_model();
  const Session session = make_session(model.get(), quiet_options());
  for (const Filled& row : filled_structs(model.get(), session.get()))
    for (const std::size_t size : kNoSize) {
      CAPTURE(row.from);
      CAPTURE(size);
      Sized none(size);
      CHECK(row.fill(none) == RT3D_INVALID_ARGUMENT);
      CHECK(last_error_says(("size is " + std::to_string(size) + "; start from " + row.from).c_str()));
      CHECK(none.written() == sizeof(std::size_t));
    }
  rt3d_session* made = nullptr;
  for (const std::size_t size : kNoSize) {
    rt3d_session_options options = quiet_options();
    options.size = size;
    CHECK(rt3d_session_create(&made, model.get(), &options) == RT3D_INVALID_ARGUMENT);
    CHECK(last_error_says("start from RT3D_SESSION_OPTIONS_INIT"));
  }
}

TEST_CASE("shapes of inputs lie as far apart as their version of the struct says") {
  const Model model = model_of_two();
  constexpr std::size_t kSize = sizeof(rt3d_tensor_info);
  const auto status = [&](std::size_t stride, std::size_t second_size) {
    alignas(rt3d_tensor_info) std::array<unsigned char, 2 * (kSize + 64)> bytes;
    bytes.fill(kUntouched);
    rt3d_tensor_info shape{stride, "x", RT3D_F32, 2, {5, 3}};
    std::memcpy(bytes.data(), &shape, kSize);
    shape.size = second_size;
    shape.name = "y";
    std::memcpy(bytes.data() + stride, &shape, kSize);
    rt3d_session_options options = quiet_options();
    options.input_shape_count = 2;
    options.input_shapes = reinterpret_cast<const rt3d_tensor_info*>(bytes.data());
    rt3d_session* session = nullptr;
    const rt3d_status made = rt3d_session_create(&session, model.get(), &options);
    rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
    if (made == RT3D_OK && rt3d_session_input_info(&info, session, 1) == RT3D_OK) CHECK(info.dims[0] == 5);
    rt3d_session_free(session);
    return made;
  };
  CHECK(status(kSize, kSize) == RT3D_OK);
  CHECK(status(kSize + 64, kSize + 64) == RT3D_OK);
  for (const std::size_t size : kNoSize) {
    CAPTURE(size);
    CHECK(status(kSize, size) == RT3D_INVALID_ARGUMENT);
    CHECK(last_error_says("input_shapes[1]"));
  }
  CHECK(status(kSize, kSize + 8) == RT3D_INVALID_ARGUMENT);
  CHECK(last_error_says("start all of them from RT3D_TENSOR_INFO_INIT"));
  rt3d_tensor_info cut{offsetof(rt3d_tensor_info, dims), "x", RT3D_F32, 2, {5, 3}};
  rt3d_session_options options = quiet_options();
  options.input_shape_count = 1;
  options.input_shapes = &cut;
  rt3d_session* session = nullptr;
  CHECK(rt3d_session_create(&session, model.get(), &options) == RT3D_INVALID_ARGUMENT);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
