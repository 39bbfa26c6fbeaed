// The floors of the house: includes go downwards only, and each third-party package has one door. Both tables
// are here; the test reads the #include lines of all of src/. A new folder or package needs a row, and so a
// decision.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "test_data.h"

namespace {

namespace fs = std::filesystem;

struct Floor {
  std::string_view folder;                // a file belongs to the longest folder that holds it
  std::vector<std::string_view> may_use;  // beside itself, the C++ library and POSIX
};
const std::vector<Floor> kFloors = {
    {"base", {}},
    {"graph", {"base"}},
    {"graph/onnx", {"base", "graph"}},
    {"kernels", {"base"}},
    {"kernels/ref", {"base", "kernels"}},
    {"kernels/copy", {"base", "kernels"}},
    {"jit", {"base", "kernels"}},
    {"tuning_db", {}},  // the schema, embedded at build time
    {"tuner", {"base", "kernels", "tuning_db"}},
    {"models", {"base", "graph"}},
    {"pruning", {"base", "graph", "kernels"}},  // kernels: patterns of zeros, transformed weights
    {"runtime", {"base", "graph", "graph/onnx", "kernels", "kernels/ref", "kernels/copy", "jit", "tuner"}},
    {"api", {"base", "graph", "graph/onnx", "tuner", "runtime", "rt3d"}},
    {"video", {"base"}},
    {"cli/parts", {"base", "graph", "kernels", "pruning", "video", "rt3d"}},  // kernels: the text of problems
    {"cli/commands", {"base", "graph", "models", "pruning", "cli/parts", "rt3d"}},
    {"cli", {"cli/commands", "cli/parts"}},
};

struct Door {
  std::string_view prefix;  // of the included name
  std::string_view folder;  // the only one that may include it, with the folders in it
};
const std::vector<Door> kDoors = {
    {"asmjit/", "jit"},  {"sqlite3.h", "tuner"}, {"google/protobuf/", "graph/onnx"},
    {"spdlog/", "base"}, {"libav", "video"},     {"libsw", "video"},
    {"CLI/", "cli"},     {"nlohmann/", "cli"},   {"onnx.pb.h", "graph/onnx"},
};
// Of the system's headers with a slash or .h; all others are the C++ library's.
const std::vector<std::string_view> kSystem = {
    "sys/",    "linux/",     "fcntl.h",  "unistd.h", "sched.h",  "dlfcn.h",     "pthread.h", "immintrin.h",
    "cpuid.h", "arm_neon.h", "signal.h", "time.h",   "stdlib.h", "xmmintrin.h", "malloc.h"};

bool is_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

const Floor* floor_of(std::string_view path) {
  const Floor* best = nullptr;
  for (const Floor& floor : kFloors) {
    if (is_in(path, floor.folder) && (!best || floor.folder.size() > best->folder.size())) best = &floor;
  }
  return best;
}

bool one_of(const std::vector<std::string_view>& list, std::string_view folder) {
  for (std::string_view item : list)
    if (item == folder) return true;
  return false;
}

// What is wrong with `name` included by a file of `from`; empty when nothing is.
std::string objection(const Floor& from, std::string_view name, bool quoted) {
  if (name.starts_with("rt3d/"))
    return one_of(from.may_use, "rt3d") ? "" : "the public header belongs to api and cli";
  for (const Door& door : kDoors)
    if (name.starts_with(door.prefix))
      return from.folder == door.folder || is_in(from.folder, door.folder)
                 ? ""
                 : "its only door is " + std::string(door.folder);
  if (quoted) {
    const Floor* target = floor_of(name);
    if (!target) return "quoted includes start with a folder of src/";
    if (target == &from || one_of(from.may_use, target->folder)) return "";
    return std::string(from.folder) + " may not use " + std::string(target->folder);
  }
  for (std::string_view system : kSystem)
    if (name.starts_with(system)) return "";
  const bool plain = name.find('/') == name.npos && name.find('.') == name.npos;
  return plain ? "" : "a package without a door";
}

// The name in an #include line, with its opening mark; empty for other lines.
std::string included(std::string_view line) {
  if (!line.starts_with("#include ")) return {};
  line.remove_prefix(9);
  const auto open = line.find_first_of("<\"");
  const auto close = line.find_last_of(">\"");
  if (open == line.npos || close <= open) return {};
  return std::string(line.substr(open, close - open));
}

// All objections to the tree under `root`; `files` counts what was read.
std::vector<std::string> objections(const fs::path& root, int& files) {
  std::vector<std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension();
    if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
    ++files;
    const std::string path = fs::relative(entry.path(), root).generic_string();
    const Floor* from = floor_of(path);
    if (!from) {
      all.push_back(path + ": its folder has no row in the table of floors");
      continue;
    }
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      const std::string name = included(line);
      if (name.empty()) continue;
      const std::string reason = objection(*from, std::string_view(name).substr(1), name[0] == '"');
      if (!reason.empty()) all.push_back(path + " includes " + name.substr(1) + ": " + reason);
    }
  }
  return all;
}

}  // namespace

TEST_SUITE("layering") {
  TEST_CASE("includes go downwards only and packages come in through their doors") {
    int files = 0;
    for (const std::string& text : objections(rt3d::tests::test_data("../src"), files)) FAIL_CHECK(text);
    CHECK(files > 50);
  }

  TEST_CASE("an include that goes up, or round a door, is seen") {
    const Floor& kernels = *floor_of("kernels/conv_shape.h");
    CHECK(objection(kernels, "base/shape.h", true).empty());
    CHECK(objection(kernels, "jit/jit.h", true) == "kernels may not use jit");
    CHECK(objection(kernels, "kernels/ref/ref.h", true) == "kernels may not use kernels/ref");
    CHECK(objection(kernels, "spdlog/spdlog.h", false) == "its only door is base");
    CHECK(objection(kernels, "boost/any.hpp", false) == "a package without a door");
    CHECK(objection(kernels, "rt3d/rt3d.h", true) == "the public header belongs to api and cli");
    CHECK(objection(kernels, "vector", false).empty());
    const Floor& parts = *floor_of("cli/parts/table.h");
    CHECK(objection(parts, "CLI/CLI.hpp", false).empty());
    CHECK(objection(parts, "cli/commands/commands.h", true) == "cli/parts may not use cli/commands");
    CHECK(objection(parts, "libavcodec/avcodec.h", false) == "its only door is video");
    CHECK(floor_of("kernels/ref/ref.h")->folder == "kernels/ref");
    CHECK(floor_of("kernels_more/x.h") == nullptr);
    CHECK(included("#include \"jit/jit.h\"  // why") == "\"jit/jit.h");
  }
}
