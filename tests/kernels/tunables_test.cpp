// Legal schedules as knobs decided one after the other.
#include "kernels/tunables.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::kernels {
namespace {

// Rows and vectors that fit eight registers, and an order that matters for two vectors only; the text begins with rows.
Tunables example() {
  Tunables tunables({"rows", "vecs", "turned"});
  tunables.decide("vecs",
                  [](const Schedule&) {
                    return std::vector{1, 2, 3};
                  })
      .decide("rows",
              [](const Schedule& d) {
                std::vector<int> rows;
                for (int r = 2; r * d.get("vecs") <= 8; r *= 2) rows.push_back(r);
                return rows;
              })
      .decide("turned", [](const Schedule& d) {
        return d.get("vecs") == 2 ? std::vector{0, 1} : std::vector{0};
      });
  return tunables;
}

TEST_CASE("all schedules of a family: the first decision varies slowest, the text keeps its own order") {
  std::vector<std::string> texts;
  for (const Schedule& schedule : example().all()) texts.push_back(schedule.text());
  CHECK(texts == std::vector<std::string>{"rows=2,vecs=1,turned=0", "rows=4,vecs=1,turned=0",
                                          "rows=8,vecs=1,turned=0", "rows=2,vecs=2,turned=0",
                                          "rows=2,vecs=2,turned=1", "rows=4,vecs=2,turned=0",
                                          "rows=4,vecs=2,turned=1", "rows=2,vecs=3,turned=0"});
}

TEST_CASE("a schedule is allowed exactly when it is among all") {
  const Tunables tunables = example();
  const std::vector<Schedule> all = tunables.all();
  int allowed = 0;
  for (int rows = 0; rows <= 9; ++rows)
    for (int vecs = 0; vecs <= 4; ++vecs)
      for (int turned = -1; turned <= 2; ++turned) {
        const Schedule schedule{{"rows", rows}, {"vecs", vecs}, {"turned", turned}};
        const bool listed = std::ranges::find(all, schedule) != all.end();
        CHECK_MESSAGE(tunables.allow(schedule) == listed, schedule.text());
        allowed += listed;
      }
  CHECK(allowed == 8);
}

TEST_CASE("a schedule of other knobs, of fewer, of more or in another order is not allowed") {
  const Tunables tunables = example();
  CHECK(tunables.allow({{"rows", 2}, {"vecs", 1}, {"turned", 0}}));
  CHECK_FALSE(tunables.allow({}));
  CHECK_FALSE(tunables.allow({{"rows", 2}, {"vecs", 1}}));
  CHECK_FALSE(tunables.allow({{"rows", 2}, {"vecs", 1}, {"turned", 0}, {"more", 0}}));
  CHECK_FALSE(tunables.allow({{"rows", 2}, {"vecs", 1}, {"other", 0}}));
  CHECK_FALSE(tunables.allow({{"vecs", 1}, {"rows", 2}, {"turned", 0}}));
}

TEST_CASE("without knobs there is one schedule") {
  CHECK(Tunables().all() == std::vector{Schedule{}});
  CHECK(Tunables().allow({}));
  CHECK_FALSE(Tunables().allow({{"rows", 1}}));
}

TEST_CASE("a decision without values ends its branch") {
  Tunables none({"a", "b"});
  none.decide("a",
              [](const Schedule&) {
                return std::vector{1, 2};
              })
      .decide("b", [](const Schedule& d) { return d.get("a") == 1 ? std::vector<int>{} : std::vector{7}; });
  CHECK(none.all() == std::vector{Schedule{{"a", 2}, {"b", 7}}});
  CHECK_FALSE(none.allow({{"a", 1}, {"b", 7}}));
}

}  // namespace
}  // namespace rt3d::kernels

TEST_SUITE_END();
