#include "cli/parts/temporary_folder.h"

#include <doctest/doctest.h>

#include <fstream>

#include "scratch.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using tests::Scratch;

TEST_CASE("temporary folders are new, and gone with their contents and their objects") {
  const Scratch parent;
  std::filesystem::path first;
  {
    const TemporaryFolder a(parent.path(), "part-"), b(parent.path(), "part-");
    first = a.path();
    CHECK(first != b.path());
    CHECK(first.parent_path() == parent.path());
    CHECK(first.filename().string().starts_with("part-"));
    CHECK(std::filesystem::status(first).permissions() == std::filesystem::perms::owner_all);
    std::filesystem::create_directory(first / "inner");
    std::ofstream(first / "inner" / "file") << "text";
  }
  CHECK(std::filesystem::is_empty(parent.path()));
}

TEST_CASE("where no temporary folder can be created the failure names the place") {
  const Scratch parent;
  const std::string missing = parent.path("missing");
  try {
    const TemporaryFolder folder(missing, "part-");
    FAIL("created in a folder that does not exist");
  } catch (const Failure& failure) {
    CHECK(std::string(failure.what()).find(missing) != std::string::npos);
  }
}

}  // namespace rt3d::cli

TEST_SUITE_END();
