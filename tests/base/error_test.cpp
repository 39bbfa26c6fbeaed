#include "base/error.h"

#include <doctest/doctest.h>

namespace rt3d {
TEST_SUITE_BEGIN("base");

TEST_CASE("an error's text is one whole line whatever it quotes") {
  const std::string hostile("a\0b\nc\x1b[2J\x7f", 10);
  CHECK(std::string(Error(Code::io, cat("'", hostile, "' is no file")).what()) == "'a?b?c?[2J?' is no file");
  CHECK(std::string(Error(Code::io, "'a\tb\t2' is no row").what()) == "'a b 2' is no row");
  CHECK(std::string(Error(Code::io, "größer").what()) == "größer");
}

TEST_SUITE_END();
}  // namespace rt3d
