// The environment switches: every value means something, or is refused with those that do.
#include "base/env.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/device.h"
#include "base/error.h"
#include "scratch_folder.h"
#include "with_env.h"

TEST_SUITE_BEGIN("base");

namespace rt3d {
namespace {

// The text of check_switches()' error; "" when there is none.
std::string refusal(Code code) {
  try {
    check_switches();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "";
}

struct ValueRow {
  const char* name;
  const char* value;
  const char* says;  // part of the refusal; "" where the value is fine
};
constexpr ValueRow kValues[] = {
    {"RT3D_LOG", "nope", "debug info warning error off"},
    {"RT3D_LOG", "warn", "debug info warning error off"},
    {"RT3D_LOG", "debug", ""},
    {"RT3D_LOG", "off", ""},
    {"RT3D_PERF", "maps", "map jitdump"},
    {"RT3D_PERF", "map", ""},
    {"RT3D_PERF", "jitdump", ""},
    {"RT3D_ISA", "avx", "none avx2 avx512 neon"},
    {"RT3D_ISA", "avx2 avx512", "none avx2 avx512 neon"},
    {"RT3D_ISA", "none", ""},
    {"RT3D_UARCH", "small", "inorder big both"},
    {"RT3D_UARCH", "both", ""},
    {"RT3D_KEEP_CODE", "yes", "0 1"},
    {"RT3D_KEEP_CODE", "0", ""},
    {"RT3D_KEEP_CODE", "1", ""},
};

}  // namespace

TEST_CASE("the table of switches has a row for each, in order, and each with words has a test") {
  for (std::size_t i = 0; i < std::size(kEnvTable); ++i) {
    const EnvRow& row = kEnvTable[i];
    CAPTURE(row.name);
    CHECK(static_cast<std::size_t>(row.which) == i);
    int refused = 0, taken = 0;
    for (const ValueRow& v : kValues)
      if (row.name == v.name) ++(v.says[0] ? refused : taken);
    CHECK((refused > 0 && taken > 0) == !row.words.empty());
  }
}

TEST_CASE("a switch that is a number takes whole numbers from 1 on") {
  CHECK(env_number(EnvSwitch::opencl_patience, 7) == 7);
  for (const char* value : {"0", "-1", "soon", "5s", "1.5", " 3", "99999999999"}) {
    const WithEnv set("RT3D_OPENCL_PATIENCE", value);
    const std::string text = refusal(Code::invalid_argument);
    CHECK_MESSAGE(
        text == cat("RT3D_OPENCL_PATIENCE='", value, "' means nothing; give a whole number from 1 on"), text);
  }
  const WithEnv set("RT3D_OPENCL_PATIENCE", "300");
  CHECK(env_number(EnvSwitch::opencl_patience, 7) == 300);
  CHECK(refusal(Code::invalid_argument).empty());
}

TEST_CASE("a value without a meaning is refused, naming the switch, the value and what it may be") {
  CHECK(refusal(Code::invalid_argument) == "");
  for (const ValueRow& v : kValues) {
    const WithEnv set(v.name, v.value);
    CAPTURE(v.name);
    CAPTURE(v.value);
    const std::string text = refusal(Code::invalid_argument);
    if (v.says[0] == '\0') {
      CHECK(text == "");
      continue;
    }
    for (const char* part : {v.name, v.value, v.says}) CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("an instruction set that this CPU lacks is refused, not passed over") {
  for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::neon}) {
    const WithEnv set("RT3D_ISA", std::string(isa_name(isa)));
    CAPTURE(isa_name(isa));
    const std::string text = refusal(Code::unsupported);
    CHECK(text.empty() == isa_runs_here(isa));
  }
}

TEST_CASE("a folder for dumps is made, or refused when nothing can be written there") {
  const tests::ScratchFolder scratch;
  const std::string fresh = (scratch.path() / "a" / "b").string(), file = (scratch.path() / "file").string();
  std::ofstream(file) << "no folder";
  {
    const WithEnv set("RT3D_DUMP", fresh);
    CHECK(refusal(Code::io) == "");
    CHECK(std::filesystem::is_directory(fresh));
    CHECK(std::filesystem::is_empty(fresh));
  }
  for (const std::string& folder :
       {file, file + "/below", std::string("/proc/rt3d-dump"), std::string("/proc")}) {
    const WithEnv set("RT3D_DUMP", folder);
    CAPTURE(folder);
    CHECK(refusal(Code::io).find("RT3D_DUMP='" + folder) != std::string::npos);
  }
}

}  // namespace rt3d

TEST_SUITE_END();
