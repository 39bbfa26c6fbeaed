// The floors of the house: includes go downwards only, and each third-party package has one door. Both tables
// are here; the test reads the #include lines of all of src/. A new folder or package needs a row, and so a
// decision.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test_data.h"

namespace {

namespace fs = std::filesystem;

// One row per folder that has sources, lowest first: a row names rows above it only, so that no circle can arise.
struct Floor {
  std::string_view folder;
  std::vector<std::string_view> may_use;  // beside itself, the C++ library and POSIX
};
const std::vector<Floor> kFloors = {
    {"base", {}},
    {"tuning_db", {}},  // the schema, embedded at build time
    {"rt3d", {}},       // the public header
    {"graph", {"base"}},
    {"graph/ops", {"base", "graph"}},
    {"graph/passes", {"base", "graph", "graph/ops"}},
    {"graph/onnx", {"base", "graph", "graph/ops"}},
    {"kernels", {"base"}},
    {"kernels/ref", {"base", "kernels"}},
    {"kernels/copy", {"base", "kernels"}},
    {"kernels/cl", {"base", "kernels", "kernels/copy"}},
    {"jit/asm", {"base", "kernels"}},
    {"jit/family", {"base", "kernels"}},
    {"jit/tile", {"base", "kernels", "jit/asm"}},
    {"jit/conv", {"base", "kernels", "jit/tile"}},
    {"jit/direct", {"base", "kernels", "jit/family", "jit/tile", "jit/conv"}},
    {"jit/direct_f16", {"base", "kernels", "jit/asm", "jit/family", "jit/tile", "jit/direct"}},
    {"jit/quads", {"base", "kernels", "jit/asm", "jit/family", "jit/tile", "jit/conv", "jit/direct"}},
    {"jit/pixels", {"base", "kernels", "jit/asm", "jit/family", "jit/tile", "jit/conv", "jit/direct"}},
    {"jit/winograd", {"base", "kernels", "jit/asm", "jit/family", "jit/tile", "jit/conv"}},
    {"jit/rows", {"base", "kernels", "jit/asm", "jit/family", "jit/tile", "jit/conv"}},
    {"jit/fc", {"base", "kernels", "jit/asm", "jit/family", "jit/tile"}},
    {"jit/stream", {"base", "kernels", "jit/asm", "jit/family"}},
    {"jit",
     {"kernels", "jit/asm", "jit/direct", "jit/direct_f16", "jit/quads", "jit/pixels", "jit/winograd",
      "jit/rows", "jit/fc", "jit/stream"}},
    {"tuner", {"base", "kernels", "tuning_db"}},
    {"models", {"base", "graph"}},
    {"pruning", {"base", "graph", "kernels"}},  // kernels: patterns of zeros, transformed weights
    {"runtime/devices", {"base", "kernels", "kernels/ref", "kernels/copy", "kernels/cl", "jit"}},
    {"runtime/choosing", {"base", "graph", "kernels", "kernels/ref", "jit", "tuner", "runtime/devices"}},
    {"runtime/weights", {"base", "graph", "kernels", "runtime/choosing"}},
    {"runtime/planning", {"base", "graph", "kernels", "kernels/ref", "runtime/choosing", "runtime/weights"}},
    {"runtime/running", {"base", "graph", "kernels", "kernels/ref", "runtime/devices", "runtime/planning"}},
    {"runtime",
     {"base", "graph", "kernels", "jit", "runtime/devices", "runtime/choosing", "runtime/weights",
      "runtime/planning", "runtime/running"}},
    {"pruner",
     {"base", "graph", "graph/ops", "graph/passes",  // graph/passes: channels that go together
      "kernels",                                     // Winograd's transforms
      "pruning", "runtime/running"}},                // runtime/running: folding of constants
    {"api", {"base", "graph", "tuner", "runtime", "runtime/devices", "rt3d"}},
    {"video", {"base"}},
    {"video/absent", {"base", "video"}},  // in place of what needs FFmpeg
    {"dataset", {"base", "video"}},
    {"pruner/runs", {"base", "graph", "dataset", "pruner", "pruning"}},
    {"cli/parts", {"base", "graph", "kernels", "pruning", "video", "rt3d"}},  // kernels: the text of problems
    {"cli/commands", {"graph", "models", "pruning", "cli/parts"}},
    {"cli/phone", {"cli/parts", "cli/commands", "rt3d"}},  // cli/commands: how a model is measured
    {"cli/prune", {"base", "graph", "video", "dataset", "pruner", "pruner/runs", "pruning", "cli/parts"}},
    {"cli", {"cli/commands", "cli/phone", "cli/prune"}},
};

struct Door {
  std::string_view prefix;  // of the included name
  std::string_view folder;  // the only one that may include it, with the folders in it
};
const std::vector<Door> kDoors = {
    {"asmjit/", "jit/asm"}, {"sqlite3.h", "tuner"}, {"google/protobuf/", "graph/onnx"},
    {"spdlog/", "base"},    {"libav", "video"},     {"libsw", "video"},
    {"CLI/", "cli"},        {"nlohmann/", "cli"},   {"onnx.pb.h", "graph/onnx"},
    {"CL/", "kernels/cl"},  {"ATen/", "pruner"},    {"torch/", "pruner"},
    {"c10/", "pruner"},
};
// Of the system's headers with a slash or .h; all others are the C++ library's.
const std::vector<std::string_view> kSystem = {
    "sys/",    "linux/",     "fcntl.h",  "unistd.h", "sched.h",  "dlfcn.h",     "pthread.h", "immintrin.h",
    "cpuid.h", "arm_neon.h", "signal.h", "time.h",   "stdlib.h", "xmmintrin.h", "malloc.h"};

std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/')); }

bool is_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

// The row of a file's own folder: a folder inside another has a row of its own.
const Floor* floor_of(std::string_view path) {
  for (const Floor& floor : kFloors)
    if (folder_of(path) == floor.folder) return &floor;
  return nullptr;
}

bool one_of(const std::vector<std::string_view>& list, std::string_view folder) {
  for (std::string_view item : list)
    if (item == folder) return true;
  return false;
}

// What is wrong with `name` included by a file of `from`; empty when nothing is.
std::string objection(const Floor& from, std::string_view name, bool quoted) {
  for (const Door& door : kDoors)
    if (name.starts_with(door.prefix))
      return from.folder == door.folder || is_in(from.folder, door.folder)
                 ? ""
                 : "its only door is " + std::string(door.folder);
  if (quoted) {
    const Floor* target = floor_of(name);
    if (!target) return "quoted includes start with a folder of src/ that has a row";
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

using Arrow = std::pair<std::string, std::string>;  // from a folder to another that it includes

std::set<Arrow> arrows(const fs::path& root) {
  std::set<Arrow> all;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = fs::relative(entry.path(), root).generic_string();
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);)
      if (const std::string name = included(line); name.starts_with('"'))
        all.insert({std::string(folder_of(path)), std::string(folder_of(name).substr(1))});
  }
  return all;
}

// What of a table does not name rows above it.
std::vector<std::string> circles(const std::vector<Floor>& floors) {
  std::vector<std::string> all;
  std::vector<std::string_view> above;
  for (const Floor& floor : floors) {
    for (std::string_view to : floor.may_use)
      if (!one_of(above, to))
        all.push_back(std::string(floor.folder) + " may use " + std::string(to) +
                      ", which is no row above it");
    above.push_back(floor.folder);
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

  TEST_CASE("the table of floors has no circle and no arrow that nobody needs") {
    CHECK(circles(kFloors) == std::vector<std::string>{});
    const std::set<Arrow> used = arrows(rt3d::tests::test_data("../src"));
    for (const Floor& floor : kFloors)
      for (std::string_view to : floor.may_use)
        if (!used.contains({std::string(floor.folder), std::string(to)}))
          FAIL_CHECK(floor.folder << " may use " << to << ", and does not");
  }

  TEST_CASE("each folder says in its README what lives there") {
    for (const Floor& floor : kFloors) {
      const fs::path folder = rt3d::tests::test_data("../src") / floor.folder;
      if (fs::is_directory(folder)) CHECK_MESSAGE(fs::is_regular_file(folder / "README.md"), floor.folder);
    }
  }

  // Where a mapping could become writable and executable: only jit/asm/code.cpp asks for memory for code, and by two mappings.
  TEST_CASE("memory for code has one door, which maps it twice") {
    constexpr std::string_view kWords[] = {"PROT_EXEC", "mprotect", "JitRuntime", "JitAllocator", "VirtMem"};
    const fs::path root = rt3d::tests::test_data("../src");
    int found = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      const std::string path = fs::relative(entry.path(), root).generic_string();
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);)
        for (const std::string_view word : kWords) {
          if (line.find(word) == std::string::npos) continue;
          ++found;
          const bool marks_for_perf =
              path == "jit/asm/perf.cpp" && line.find("PROT_READ | PROT_EXEC") != std::string::npos;
          CHECK_MESSAGE((path == "jit/asm/code.cpp" || marks_for_perf), path, ": ", line);
        }
    }
    CHECK(found > 3);
    std::ifstream in(root / "jit/asm/code.cpp");
    const std::string code{std::istreambuf_iterator<char>(in), {}};
    CHECK(code.find("params.options = asmjit::JitAllocatorOptions::kUseDualMapping;") != std::string::npos);
  }

  TEST_CASE("an arrow that runs up in the table of floors is seen") {
    CHECK(circles({{"a", {}}, {"b", {"a"}}}).empty());
    CHECK(circles({{"a", {"b"}}, {"b", {"a"}}}) ==
          std::vector<std::string>{"a may use b, which is no row above it"});
    CHECK(circles({{"a", {"a"}}}).size() == 1);
  }

  TEST_CASE("an include that goes up, or round a door, is seen") {
    const Floor& kernels = *floor_of("kernels/conv_shape.h");
    CHECK(objection(kernels, "base/shape.h", true).empty());
    CHECK(objection(kernels, "jit/jit.h", true) == "kernels may not use jit");
    CHECK(objection(kernels, "kernels/ref/ref.h", true) == "kernels may not use kernels/ref");
    CHECK(objection(kernels, "spdlog/spdlog.h", false) == "its only door is base");
    CHECK(objection(kernels, "boost/any.hpp", false) == "a package without a door");
    CHECK(objection(kernels, "rt3d/rt3d.h", true) == "kernels may not use rt3d");
    CHECK(objection(kernels, "vector", false).empty());
    const Floor& parts = *floor_of("cli/parts/table.h");
    CHECK(objection(parts, "CLI/CLI.hpp", false).empty());
    CHECK(objection(parts, "cli/commands/commands.h", true) == "cli/parts may not use cli/commands");
    CHECK(objection(parts, "libavcodec/avcodec.h", false) == "its only door is video");
    CHECK(objection(parts, "ATen/ATen.h", false) == "its only door is pruner");
    CHECK(floor_of("kernels/ref/ref.h")->folder == "kernels/ref");
    CHECK(floor_of("kernels_more/x.h") == nullptr);
    CHECK(floor_of("kernels/more/x.h") == nullptr);
    CHECK(included("#include \"jit/jit.h\"  // why") == "\"jit/jit.h");
  }
}
