// Damaged files through whole sessions: a model, its external data or a tuning database that was cut short or changed gives an
// rt3d::Error that names a cause, or an answer. Damage is seeded, and lies where it changes the graph rather than a weight.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "graph/model.h"
#include "runtime/session.h"
#include "scratch_folder.h"
#include "test_data.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

namespace fs = std::filesystem;
using tests::read_bytes;
using tests::ScratchFolder;
using tests::write_bytes;

fs::path fixture(const char* name) { return tests::test_data("fixtures") / name / "model.onnx"; }

SessionOptions small_options(const char* device = "cpu") {
  SessionOptions options;
  options.device = device;
  options.threads = 1;
  options.tuning.mode = tuner::Mode::off;
  options.memory_limit = 256 << 20;
  return options;
}

// The positions in a serialised model that are not weights; and of these, the numbers: dimensions, attributes, small tensors.
class Structure {
 public:
  explicit Structure(const std::string& bytes) : bytes_(bytes) { walk(0, bytes.size(), Message::model); }
  const std::vector<std::size_t>& all() const { return all_; }
  const std::vector<std::size_t>& numbers() const { return numbers_; }

 private:
  enum class Message { model, graph, node, attribute, tensor, value, type, tensor_type, shape, dim };
  struct Row {
    Message outer;
    std::uint64_t field;
    Message inner;
  };
  static constexpr Row kMessages[] = {
      {Message::model, 7, Message::graph},      {Message::graph, 1, Message::node},
      {Message::graph, 5, Message::tensor},     {Message::graph, 11, Message::value},
      {Message::graph, 12, Message::value},     {Message::node, 5, Message::attribute},
      {Message::attribute, 5, Message::tensor}, {Message::value, 2, Message::type},
      {Message::type, 1, Message::tensor_type}, {Message::tensor_type, 2, Message::shape},
      {Message::shape, 1, Message::dim},
  };
  static constexpr std::uint64_t kRawData = 9;  // of a tensor
  static constexpr std::size_t kSmall =
      64;  // bytes of a tensor that is a shape or a list of axes, not weights

  std::uint64_t varint(std::size_t& at, std::size_t end) {
    std::uint64_t value = 0;
    for (int shift = 0; at < end; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_[at]);
      all_.push_back(at++);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  void take(std::size_t& at, std::size_t count, bool number) {
    for (; count > 0; --count, ++at) {
      all_.push_back(at);
      if (number) numbers_.push_back(at);
    }
  }

  void walk(std::size_t at, std::size_t end, Message message) {
    while (at < end) {
      const std::uint64_t key = varint(at, end), field = key >> 3;
      const auto wire = key & 7;
      if (wire == 1 || wire == 5) {
        take(at, wire == 1 ? 8 : 4, true);
        continue;
      }
      const std::size_t start = at, length = varint(at, end);
      if (wire == 0) {
        for (std::size_t i = start; i < at; ++i) numbers_.push_back(i);
        continue;
      }
      REQUIRE(wire == 2);
      REQUIRE(length <= end - at);
      bytes_field(at, length, message, field);
      at += length;
    }
  }

  void bytes_field(std::size_t at, std::size_t length, Message message, std::uint64_t field) {
    for (const Row& row : kMessages)
      if (row.outer == message && row.field == field) return walk(at, at + length, row.inner);
    const bool data = message == Message::tensor && field == kRawData;
    if (!data || length <= kSmall) take(at, length, data);
  }

  const std::string& bytes_;
  std::vector<std::size_t> all_, numbers_;
};

struct Outcomes {
  int errors = 0, refused_as_large = 0, created = 0, ran = 0;
};

void run_on_zeros(Session& session) {
  for (std::size_t i = 0; i < session.inputs().size(); ++i)
    session.set_input(
        i, std::vector<std::byte>(static_cast<std::size_t>(session.inputs()[i].desc.shape.elements()) *
                                  dtype_bytes(session.inputs()[i].desc.dtype)));
  session.run();
}

// Creates a session and runs it, when that is little work.
void attempt(const graph::Graph& model, const SessionOptions& options, Outcomes& outcomes) {
  Session session(model, options);
  ++outcomes.created;
  constexpr std::int64_t kManyMacs = 200'000'000, kManyBytes = 32 << 20;
  if (session.stats().macs > kManyMacs || session.stats().tensor_bytes > kManyBytes) return;
  run_on_zeros(session);
  ++outcomes.ran;
}

void attempt_bytes(const std::string& bytes, const SessionOptions& options, Outcomes& outcomes) {
  try {
    attempt(graph::parse_onnx(std::as_bytes(std::span(bytes))), options, outcomes);
  } catch (const Error& error) {
    CHECK_MESSAGE(error.code() != Code::internal, error.what());
    CHECK_MESSAGE(std::string(error.what()).size() > 10, std::string(error.what()));
    ++outcomes.errors;
    outcomes.refused_as_large += error.code() == Code::out_of_memory;
  }
}

// One to three changes: mostly single bits, sometimes a byte taken from elsewhere in the structure.
std::string damaged(const std::string& whole, const std::vector<std::size_t>& positions, Random& random) {
  const auto any = [&] {
    return positions[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(positions.size())))];
  };
  std::string bytes = whole;
  for (std::int64_t changes = 1 + random.below(2); changes > 0; --changes) {
    char& byte = bytes[any()];
    if (random.below(4) == 0)
      byte = whole[any()];
    else
      byte = static_cast<char>(byte ^ (1 << random.below(8)));
  }
  return bytes;
}

}  // namespace

TEST_CASE("models with changed bytes give an error or an answer [slow: asan tsan aarch64]") {
  Outcomes outcomes;
  struct Row {
    const char* name;
    int rounds;
  };
  for (const Row& row : {Row{"op_convolutions_torchscript", 600},
                         {"op_pools_torchscript", 900},
                         {"op_shapes_torchscript", 600},
                         {"c3d_torchscript", 200}}) {
    const std::string whole = read_bytes(fixture(row.name));
    const Structure structure(whole);
    REQUIRE(structure.numbers().size() > 300);
    for (int round = 0; round < row.rounds; ++round) {
      const std::string name = row.name;
      CAPTURE(name);
      CAPTURE(round);
      Random random(static_cast<std::uint64_t>(round));
      const SessionOptions options = small_options(round % 4 == 0 ? "reference" : "cpu");
      const auto& positions = round % 3 == 0 ? structure.all() : structure.numbers();
      attempt_bytes(damaged(whole, positions, random), options, outcomes);
    }
  }
  MESSAGE(outcomes.errors, " errors, ", outcomes.refused_as_large, " too large, ", outcomes.created,
          " created, ", outcomes.ran, " ran");
  CHECK(outcomes.errors > 300);
  CHECK(outcomes.ran > 300);
}

TEST_CASE("models that end early give an error or an answer") {
  Outcomes outcomes;
  for (const char* name : {"op_convolutions_torchscript", "op_pools_torchscript", "c3d_torchscript"}) {
    const std::string whole = read_bytes(fixture(name));
    const Structure structure(whole);
    Random random(5);
    for (int round = 0; round < 200; ++round) {
      CAPTURE(name);
      CAPTURE(round);
      const auto pick = random.below(static_cast<std::int64_t>(structure.all().size()));
      attempt_bytes(whole.substr(0, structure.all()[static_cast<std::size_t>(pick)]), small_options(),
                    outcomes);
    }
  }
  CHECK(outcomes.errors > 500);
}

TEST_CASE(
    "external data that was cut, changed or taken away gives an error or an answer [slow: asan tsan "
    "aarch64]") {
  ScratchFolder folder;
  const fs::path model = folder.path() / "model.onnx", data = folder.path() / "model.onnx.data";
  const std::string whole = read_bytes(fixture("op_convolutions"));
  const std::string weights = read_bytes(fixture("op_convolutions").string() + ".data");
  const Structure structure(whole);
  Outcomes outcomes;
  const auto attempt_files = [&](const std::string& model_bytes, const std::string& data_bytes) {
    write_bytes(model, model_bytes);
    write_bytes(data, data_bytes);
    try {
      attempt(graph::load_onnx(model), small_options(), outcomes);
    } catch (const Error& error) {
      CHECK_MESSAGE(error.code() != Code::internal, error.what());
      ++outcomes.errors;
    }
  };
  attempt_files(whole, weights);
  CHECK(outcomes.ran == 1);
  for (std::size_t length = 0; length < weights.size(); length += 331)
    attempt_files(whole, weights.substr(0, length));
  CHECK(outcomes.errors > 40);  // the last tensor ends where the file does
  attempt_files(whole, weights + std::string(1000, 'x'));
  CHECK(outcomes.ran >= 2);
  Random random(3);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    attempt_files(damaged(whole, structure.all(), random), weights);
  }
  write_bytes(model, whole);
  fs::remove(data);
  CHECK_THROWS_AS(graph::load_onnx(model), Error);
}

TEST_CASE("a session that needs more memory than its limit is refused before it allocates") {
  const graph::Graph model = graph::parse_graph(
      "graph \"wide\"\ninput x f32 1x4x64x1024x1024\nconst w f32 32x4x1x1x1\n"
      "y f32 1x32x64x1024x1024 = Conv(x, w) strides=1x1x1 pads=0x0x0x0x0x0 dilations=1x1x1 group=1 "
      "kernel_shape=1x1x1\noutput y\n");
  Code code = Code::ok;
  try {
    const Session session(model, small_options());
  } catch (const Error& error) {
    code = error.code();
    CHECK_MESSAGE(std::string(error.what()).find("256 MiB") != std::string::npos, error.what());
  }
  CHECK(code == Code::out_of_memory);
}

TEST_CASE("a session works whatever its tuning database is [slow: aarch64]") {
  const graph::Graph model = graph::load_onnx(fixture("op_preactivation_torchscript"));
  ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  SessionOptions options = small_options();
  options.database = path;
  const auto works = [&] {
    Session session(model, options);
    run_on_zeros(session);
    return session.stats();
  };
  options.tuning.mode = tuner::Mode::quick;
  options.tuning.limit_ms = 1000;
  if (this_device().isa != Isa::none) CHECK(works().measurements > 0);
  options.tuning.mode = tuner::Mode::off;
  const std::string good = read_bytes(path);
  const auto change = [&](const char* sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    return db;
  };

  SUBCASE("garbage") {
    write_bytes(path, std::string(5000, 'g'));
    CHECK(works().from_database == 0);
  }
  SUBCASE("cut short") {
    for (std::size_t length = 1; length < good.size(); length += good.size() / 20) {
      write_bytes(path, good.substr(0, length));
      works();
    }
  }
  SUBCASE("with changed bits") {
    Random random(11);
    for (int round = 0; round < 60; ++round) {
      std::string bytes = good;
      for (int i = 0; i < 8; ++i)
        bytes[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(bytes.size())))] ^= 16;
      write_bytes(path, bytes);
      works();
    }
  }
  SUBCASE("of a newer version") {
    sqlite3_close(change("PRAGMA user_version = 1000"));
    CHECK(works().from_database == 0);
    CHECK(read_bytes(path).size() == good.size());
  }
  SUBCASE("with schedules that no kernel has") {
    sqlite3_close(change("UPDATE schedule SET schedule = 'rows=1000000,vecs=-3'"));
    CHECK(works().from_database == 0);
  }
  SUBCASE("locked by another program") {
    sqlite3* db = change("BEGIN EXCLUSIVE");
    works();
    sqlite3_close(db);
    works();
  }
  SUBCASE("read-only") {
    fs::permissions(path, fs::perms::owner_read);
    options.tuning.mode = tuner::Mode::quick;
    works();
  }
  SUBCASE("a folder") {
    fs::remove(path);
    fs::create_directory(path);
    CHECK(works().from_database == 0);
  }
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
