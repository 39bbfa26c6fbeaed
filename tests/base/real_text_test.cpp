#include "base/real_text.h"

#include <doctest/doctest.h>

#include <cmath>

TEST_SUITE_BEGIN("base");

namespace rt3d {

TEST_CASE("numbers with a fraction are read from whole texts, alike by both C++ and C") {
  for (const char* text : {"0", "-0.5", ".5", "5.", "1e-3", "1E3", "123456789.25", "4.9406564584124654e-324",
                           "1.7976931348623157e308", "inf", "-INF", "infinity"}) {
    CAPTURE(text);
    REQUIRE(parse_real(text));
    REQUIRE(parse_real_by_c(text));
    CHECK(*parse_real(text) == *parse_real_by_c(text));
  }
  CHECK(parse_real("1e-3") == 1e-3);
  CHECK(std::isnan(parse_real("nan").value_or(0)));
  CHECK(std::isnan(parse_real_by_c("-nan").value_or(0)));
  for (const char* text : {"", " 1", "1 ", "+1", "-+1", "- 1", "0x10", "1p3", "1e", "1.5.2", "x", "-", "1,5",
                           "1e999", "1e-999", "infx"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_real(text));
    CHECK_FALSE(parse_real_by_c(text));
  }
}

}  // namespace rt3d
