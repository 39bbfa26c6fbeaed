// Where external data may lie: beside the model, or beside what the model is a link to; and what an archive
// with links could try.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include "graph/onnx/external_data.h"
#include "graph/onnx_message.h"
#include "scratch_folder.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

// A folder with a model that reads four floats from `location`; two rooms of files of 64 bytes, and one
// outside both.
struct Place {
  tests::ScratchFolder scratch;
  fs::path root = scratch.path();
  fs::path outside = root / "outside";

  Place() {
    for (const char* folder : {"home/sub", "blobs/deep", "secret"}) fs::create_directories(root / folder);
    tests::write_bytes(outside, std::string(64, '\0'));
    tests::write_bytes(root / "secret" / "data", std::string(64, '\0'));
  }
  void model(const fs::path& path, const std::string& location) const {
    tests::write_bytes(root / path, external_model(location, "0"));
  }
  void data(const fs::path& path) const { tests::write_bytes(root / path, std::string(64, '\0')); }
  void link(const fs::path& path, const fs::path& target) const { fs::create_symlink(target, root / path); }
  Code load(const fs::path& path) const {
    return code_of([&] { load_onnx(root / path); });
  }
};

}  // namespace

TEST_CASE(
    "a cache's links are followed: model and data lie side by side as links to files named by checksums") {
  const Place p;
  p.model("blobs/3f2a", "model.onnx.data");
  p.data("blobs/77c1");
  p.link("home/model.onnx", "../blobs/3f2a");
  p.link("home/model.onnx.data", "../blobs/77c1");
  CHECK(p.load("home/model.onnx") == Code::ok);
  SUBCASE("in a folder that is a link itself") {
    p.link("shortcut", "home");
    CHECK(p.load("shortcut/model.onnx") == Code::ok);
  }
  SUBCASE("in a folder below") {
    p.link("home/sub/model.onnx", "../../blobs/3f2a");
    p.link("home/sub/model.onnx.data", "../../blobs/77c1");
    CHECK(p.load("home/sub/model.onnx") == Code::ok);
  }
  SUBCASE("from its own folder") {
    const fs::path before = fs::current_path();
    fs::current_path(p.root / "home");
    const Code code = code_of([] { load_onnx("model.onnx"); });
    fs::current_path(before);
    CHECK(code == Code::ok);
  }
}

TEST_CASE("data is found beside the link, beside its target, and by links that stay in the model's folder") {
  const Place p;
  p.model("blobs/model.onnx", "w.data");
  p.link("home/model.onnx", "../blobs/model.onnx");
  CHECK(p.load("home/model.onnx") == Code::io);
  SUBCASE("beside the link") { p.data("home/w.data"); }
  SUBCASE("beside the target") { p.data("blobs/w.data"); }
  SUBCASE("below the target") {
    p.data("blobs/deep/w");
    p.link("blobs/w.data", "deep/w");
  }
  SUBCASE("a link beside the link to a file beside it") {
    p.data("home/real");
    p.link("home/w.data", "real");
  }
  SUBCASE("over a link to a link") {
    p.data("blobs/real");
    p.link("secret/hop", "../blobs/real");
    p.link("home/w.data", "../secret/hop");
  }
  CHECK(p.load("home/model.onnx") == Code::ok);
}

TEST_CASE("data outside the model's folder and its target's is refused, however a link leads there") {
  const Place p;
  p.model("home/model.onnx", "w.data");
  SUBCASE("to a file beside the folder") { p.link("home/w.data", "../outside"); }
  SUBCASE("to an absolute path") { p.link("home/w.data", p.outside); }
  SUBCASE("to a file of the system") { p.link("home/w.data", "/etc/passwd"); }
  SUBCASE("to a folder whose name begins like the model's") {
    fs::create_directories(p.root / "home-private");
    p.data("home-private/w");
    p.link("home/w.data", "../home-private/w");
  }
  SUBCASE("over a folder that is a link") {
    p.model("home/model.onnx", "sub/up/data");
    p.link("home/sub/up", "../../secret");
  }
  SUBCASE("back from outside over a link in the target's folder") {
    fs::remove(p.root / "home/model.onnx");
    p.model("blobs/3f2a", "w.data");
    p.link("home/model.onnx", "../blobs/3f2a");
    p.link("blobs/w.data", "../secret/data");
  }
  SUBCASE("from the target's folder where the model is no link") {
    p.data("blobs/w");
    p.link("home/w.data", "../blobs/w");
  }
  CHECK(p.load("home/model.onnx") == Code::invalid_model);
}

TEST_CASE("data that is no file is refused without waiting, and circles of links end") {
  const Place p;
  p.model("home/model.onnx", "w.data");
  SUBCASE("a pipe") { REQUIRE(mkfifo((p.root / "home/w.data").c_str(), 0600) == 0); }
  SUBCASE("a folder") { fs::create_directories(p.root / "home/w.data"); }
  SUBCASE("a link to itself") { p.link("home/w.data", "w.data"); }
  SUBCASE("a link to nothing") { p.link("home/w.data", "nothing"); }
  CHECK(p.load("home/model.onnx") == Code::io);
}

TEST_CASE("locations that name their way out are refused before anything is opened") {
  const Place p;
  p.data("home/w.data");
  for (const char* location :
       {"../outside", "sub/../../outside", "..", "sub/..", "/etc/passwd", "", "a\\b"}) {
    CAPTURE(location);
    p.model("home/model.onnx", location);
    CHECK(p.load("home/model.onnx") == Code::invalid_model);
  }
  p.model("home/model.onnx", std::string("w.data\0x", 8));
  CHECK(p.load("home/model.onnx") == Code::invalid_model);
}

TEST_CASE("tensors that overlap in a file are views, but not many times converted") {
  const Place p;
  constexpr std::uint64_t kCount = 2 << 20, kBrain = 16, kHalf = 10;
  tests::write_bytes(p.root / "home/w.data", std::string(2 * kCount, '\0'));
  const auto entry = [](const char* key, const char* value) {
    return field(13, field(1, std::string(key)) + field(2, std::string(value)));
  };
  const auto load = [&](std::uint64_t type, int tensors) {
    std::string graph = ends() + node("Relu", {"x"}, "y");
    for (int i = 0; i < tensors; ++i)
      graph += field(5, field(1, kCount) + field(2, type) + field(8, cat("w", i)) +
                            entry("location", "w.data") + entry("offset", "0") + field(14, std::uint64_t{1}));
    tests::write_bytes(p.root / "home/model.onnx", model(graph));
    return p.load("home/model.onnx");
  };
  CHECK(load(kHalf, 500) == Code::ok);
  CHECK(load(kBrain, 10) == Code::ok);
  CHECK(load(kBrain, 20) == Code::invalid_model);
}

TEST_CASE("a file by another spelling of its name or a link is mapped once, and none is kept open") {
  const Place p;
  p.data("home/w.data");
  p.link("home/other.data", "w.data");
  const auto open_files = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_files();
  ExternalData data({p.root / "home"});
  const std::byte* first = data.read("w.data", 0, 64).bytes.data();
  for (const char* spelling : {"./w.data", "././w.data", ".//w.data", "other.data"})
    CHECK(data.read(spelling, 0, 64).bytes.data() == first);
  CHECK(data.mapped_bytes() == 64);
  CHECK(open_files() == before);
}

TEST_CASE("a session of a model whose file was shortened meanwhile is an error") {
  const Place p;
  p.model("home/model.onnx", "w.data");
  p.data("home/w.data");
  Graph graph = load_onnx(p.root / "home/model.onnx");
  const auto refuse_all = [](const Node&, std::span<const Tensor* const>, std::span<const TensorDesc>) {
    return std::vector<Tensor>();
  };
  fs::resize_file(p.root / "home/w.data", 8);
  CHECK(code_of([&] { specialize(graph, {}, refuse_all); }) == Code::io);
}

}  // namespace rt3d::graph

TEST_SUITE_END();
