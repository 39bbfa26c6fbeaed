#include <doctest/doctest.h>

#include "base/error.h"
#include "base/shape.h"

TEST_SUITE_BEGIN("base");

namespace rt3d {

TEST_CASE("a shape's text reads back") {
  for (const char* text : {"1x3x16x112x112", "scalar", "7", "?x3"}) CHECK(parse_shape(text).text() == text);
  CHECK(parse_shape("1,3,16") == Shape{1, 3, 16});
  for (const char* text : {"", "x", "1x", "1xx2", "-1", "a"}) CHECK_THROWS_AS(parse_shape(text), Error);
}

TEST_CASE("element counts refuse what is unknown or too large") {
  CHECK(Shape{}.elements() == 1);
  CHECK(Shape{2, 0, 5}.elements() == 0);
  CHECK_THROWS_AS(Shape({-1, 3}).elements(), Error);
  CHECK_THROWS_AS(Shape({1 << 20, 1 << 20, 1 << 20}).elements(), Error);
}

}  // namespace rt3d

TEST_SUITE_END();
