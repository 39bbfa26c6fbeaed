// How much memory a process may count on: the machine's, or its control group's.
#include <doctest/doctest.h>

#include <fstream>

#include "base/memory_size.h"
#include "scratch_folder.h"
#include "with_env.h"

TEST_SUITE_BEGIN("base");

namespace rt3d {
namespace {

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("the least limit of a control group and those around it holds") {
  const tests::ScratchFolder folder;
  const std::filesystem::path root = folder.path() / "cgroup", groups = folder.path() / "groups";
  CHECK(group_memory_limit(root, groups) == 0);  // no such files
  write_file(groups, "0::/app/worker\n");
  CHECK(group_memory_limit(root, groups) == 0);
  write_file(root / "app/worker/memory.max", "max\n");
  CHECK(group_memory_limit(root, groups) == 0);
  write_file(root / "app/memory.max", "3000\n");
  CHECK(group_memory_limit(root, groups) == 3000);
  write_file(root / "app/worker/memory.max", "4000\n");
  CHECK(group_memory_limit(root, groups) == 3000);
  write_file(root / "memory.max", "2000\n");  // a container sees its own group as the root
  CHECK(group_memory_limit(root, groups) == 2000);
}

TEST_CASE("control groups of version 1 have a folder for memory") {
  const tests::ScratchFolder folder;
  const std::filesystem::path root = folder.path() / "cgroup", groups = folder.path() / "groups";
  write_file(groups, "12:cpu,cpuacct:/other\n9:memory:/app\nnonsense\n");
  write_file(root / "memory/other/memory.limit_in_bytes", "1\n");
  CHECK(group_memory_limit(root, groups) == 0);
  write_file(root / "memory/app/memory.limit_in_bytes", "5000\n");
  CHECK(group_memory_limit(root, groups) == 5000);
}

TEST_CASE("the switch stands for another machine's memory") {
  CHECK(memory_size() > std::int64_t{64} << 20);
  const WithEnv set("RT3D_MEMORY_MIB", "3600");
  CHECK(memory_size() == std::int64_t{3600} << 20);
}

}  // namespace rt3d
