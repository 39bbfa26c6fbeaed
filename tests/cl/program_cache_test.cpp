// What drivers have compiled is kept beside the tuning database: a warm load compiles nothing, and whatever becomes of the file, a session
// comes to the same answer.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "cl/opencl_here.h"
#include "cl/small_session.h"
#include "kernels/cl/program_cache.h"
#include "scratch.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::runtime {
namespace {

namespace fs = std::filesystem;
using kernels::cl::Bytes;
using kernels::cl::ProgramCache;

// A session's programs from source and from binaries.
struct Loaded {
  tests::Outcome outcome;
  long from_source = 0, from_binary = 0;
};

class Loads {
 public:
  Loaded load(const char* faults = "note:none") {
    const WithEnv counts("RT3D_TEST_CL_COUNTS", scratch_.path(cat("counts", ++loads_)));
    const WithEnv injected("RT3D_TEST_CL_FAULTS", faults);
    SessionOptions options = tests::session_options("opencl");
    options.database = scratch_.path() / "rt3d.db";
    Loaded loaded{tests::outcome(options)};
    loaded.from_source = tests::fault_calls("clCreateProgramWithSource");
    loaded.from_binary = tests::fault_calls("clCreateProgramWithBinary");
    return loaded;
  }
  // The file of programs: the one beside the database that is none of it.
  fs::path file() const {
    for (const auto& entry : fs::directory_iterator(scratch_.path())) {
      const std::string bytes = tests::read_bytes(entry.path());
      if (bytes.starts_with("rt3d OpenCL programs")) return entry.path();
    }
    return {};
  }

 private:
  tests::Scratch scratch_;
  tests::FaultLibrary library_;
  int loads_ = 0;
};

}  // namespace

TEST_CASE("a warm load compiles nothing from source, and computes the same [host only]") {
  RT3D_NEEDS_OPENCL();
  Loads loads;
  const Loaded cold = loads.load();
  CHECK(tests::is_right(cold.outcome));
  CHECK(cold.from_source > 3);
  CHECK(cold.from_binary == 0);
  REQUIRE_FALSE(loads.file().empty());
  const Loaded warm = loads.load();
  CHECK(tests::is_right(warm.outcome));
  CHECK(warm.outcome.values == cold.outcome.values);
  CHECK(warm.from_source == 0);
  CHECK(warm.from_binary > 3);
  fs::remove(loads.file());
  const Loaded again = loads.load();
  CHECK(tests::is_right(again.outcome));
  CHECK(again.from_source == warm.from_binary);
}

TEST_CASE("whatever becomes of the file of programs, they are built from source [host only]") {
  RT3D_NEEDS_OPENCL();
  Loads loads;
  const Loaded cold = loads.load();
  const fs::path file = loads.file();
  REQUIRE_FALSE(file.empty());
  const std::string whole = tests::read_bytes(file);
  std::vector<std::string> damaged{"", whole.substr(0, 40), whole.substr(0, whole.size() / 2), whole + "x",
                                   std::string(whole.size(), '\0')};
  for (const std::size_t at : {std::size_t{3}, whole.size() / 3, whole.size() - 3}) {
    damaged.push_back(whole);
    damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 0x10);
  }
  for (const std::string& bytes : damaged) {
    CAPTURE(bytes.size());
    tests::write_bytes(file, bytes);
    const Loaded loaded = loads.load();
    CHECK(tests::is_right(loaded.outcome));
    CHECK(loaded.from_binary == 0);
    CHECK(loaded.from_source > 3);
    const Loaded next = loads.load();  // it was written anew
    CHECK(next.from_source == 0);
  }
}

TEST_CASE("binaries that a driver refuses are built from source and replaced [host only]") {
  RT3D_NEEDS_OPENCL();
  Loads loads;
  loads.load();
  const Loaded refused = loads.load("binary_wrong");
  CHECK(tests::is_right(refused.outcome));
  CHECK(refused.from_source > 3);
  CHECK(refused.from_binary == refused.from_source);
  const Loaded next = loads.load();
  CHECK(tests::is_right(next.outcome));
  CHECK(next.from_source == 0);
}

TEST_CASE("a binary that takes the process with it is loaded once and never again [host only]") {
  RT3D_NEEDS_OPENCL();
  const tests::Scratch scratch;
  const fs::path file = scratch.path() / "programs";
  const Bytes binary(100, std::byte{7});
  {
    ProgramCache cache;
    cache.open(file);
    cache.add("one", binary);
    cache.add("two", binary);
    cache.save();
  }
  {
    ProgramCache crashes;  // after begin_load() nothing is heard of it
    crashes.open(file);
    CHECK(crashes.begin_load("one") == binary);
  }
  {
    ProgramCache next;
    next.open(file);
    CHECK_FALSE(next.begin_load("one").has_value());
    CHECK(next.begin_load("two") == binary);
    next.end_load("two", true);
    next.add("one", binary);  // built from source: it is not believed again
    next.save();
  }
  ProgramCache later;
  later.open(file);
  CHECK_FALSE(later.begin_load("one").has_value());
  CHECK(later.begin_load("two") == binary);
  later.end_load("two", false);  // the driver refused it
  CHECK_FALSE(later.begin_load("two").has_value());
}

TEST_CASE(
    "a file of programs is made with its folder, goes on at the end of a link, and holds what several save") {
  const tests::Scratch scratch;
  const fs::path file = fs::path(scratch.path("new")) / "folder" / "a.programs", link = scratch.path("link");
  const auto kept = [](const fs::path& in, const char* key) {
    ProgramCache cache;
    cache.open(in);
    return cache.recall(key).has_value();
  };
  ProgramCache first, second;  // as two processes that load at the same time
  first.open(file);
  second.open(file);
  first.add("of the first", Bytes(3));
  second.add("of the second", Bytes(5));
  first.save();
  second.save();
  CHECK(kept(file, "of the first"));
  CHECK(kept(file, "of the second"));

  fs::create_symlink(file, link);
  ProgramCache linked;
  linked.open(link);
  linked.add("through the link", Bytes(7));
  linked.save();
  CHECK(fs::is_symlink(link));
  CHECK(kept(file, "through the link"));
}

TEST_CASE("without room for a mark no binary is loaded, and a warning says why") {
  const tests::Scratch scratch;
  const fs::path file = scratch.path("a.programs");
  {
    ProgramCache cache;
    cache.open(file);
    cache.add("key", Bytes(3));
    cache.save();
  }
  fs::create_directories(file.string() + ".loading/full");  // where the mark would be
  ProgramCache cache;
  cache.open(file);
  std::vector<std::string> warnings;
  set_log_sink([&](LogLevel, const std::string& text) { warnings.push_back(text); }, LogLevel::warning);
  CHECK_FALSE(cache.begin_load("key"));
  CHECK_FALSE(cache.begin_load("key"));
  set_log_sink({}, LogLevel::off);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("its folder cannot be written") != std::string::npos);
}

TEST_CASE("the file of programs keeps what was used last within its limit") {
  const tests::Scratch scratch;
  const fs::path file = scratch.path() / "programs";
  const Bytes large(ProgramCache::kMostBytes / 4, std::byte{7});
  {
    ProgramCache cache;
    cache.open(file);
    for (int i = 0; i < 4; ++i) cache.add(cat("key", i), large);
    REQUIRE(cache.begin_load("key0").has_value());
    cache.end_load("key0", true);
    cache.save();
  }
  CHECK(fs::file_size(file) <= ProgramCache::kMostBytes + 4096);
  ProgramCache cache;
  cache.open(file);
  for (const char* kept : {"key0", "key2", "key3"}) {
    CHECK(cache.begin_load(kept) == large);
    cache.end_load(kept, true);
  }
  CHECK_FALSE(cache.begin_load("key1").has_value());
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
